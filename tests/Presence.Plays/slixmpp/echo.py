"""Answers whatever it is told, backwards, until it hears goodbye: the other end for clients of other languages."""
from play import Client, emit, run


async def play():
    bob = await Client("bob", "echo").login()
    emit("ready")
    while True:
        message = await bob.take_message(limit=50)
        emit("heard", body=message["body"], sender=message["from"].full)
        if message["body"] == "goodbye":
            return
        bob.make_message(mto=message["from"], mbody=message["body"][::-1], mtype="chat").send()


run(play)
