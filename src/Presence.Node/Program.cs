Console.WriteLine("Presence");
