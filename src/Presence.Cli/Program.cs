Console.WriteLine("presencectl");
