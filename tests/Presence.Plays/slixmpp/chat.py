"""Two people write to each other; text must arrive as it was sent."""
from play import Client, account, emit, run, stanza_id

TEXTS = ["Hello, Bob", "1 < 2 && \"quotes\" 'too' ]]>", "Grüße, 日本語, 👋🏽", "two\nlines\tand a tab"]


async def play():
    alice = await Client("alice", "desk").login()
    bob = await Client("bob", "phone").login()
    for number, text in enumerate(TEXTS):
        alice.make_message(mto=account("bob"), mbody=text, mtype="chat").send()
        got = await bob.take_message()
        emit("bob got", number=number, body=got["body"], sent=text, sender=got["from"].full, type=got["type"],
             stanza_id=stanza_id(got, account("bob")))
        # The answer goes to the full address that wrote.
        bob.make_message(mto=got["from"], mbody=text[::-1], mtype="chat").send()
        got = await alice.take_message()
        emit("alice got", number=number, body=got["body"], sent=text[::-1], sender=got["from"].full)
    own = alice.make_message(mto=account("bob"), mbody="with an id", mtype="chat")
    own["id"] = "my-own-id"
    own.send()
    emit("id kept", id=(await bob.take_message("with an id"))["id"])


run(play)
