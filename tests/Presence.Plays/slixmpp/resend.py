"""The sender's side of resumption: what the server did not acknowledge is sent again, and arrives once (XEP-0198 §5)."""
from play import Client, account, emit, run
from raw import Raw


async def play():
    bob = await Client("bob", "desk").login()
    alice = await Raw("alice", "phone").login()
    sent = []       # every stanza since <enabled/>; the server's h says how many of them it has

    def send(body):
        sent.append(body)
        alice.message(account("bob"), body)

    sent.append("initial presence")
    for number in range(5):
        send(f"acknowledged {number}")
    emit("acknowledged", h=await alice.request_ack(), sent=len(sent))

    for attempt in range(3):
        for number in range(10):
            send(f"cut {attempt}.{number}")
        # Written, perhaps read, perhaps not: nobody knows but the server.
        await alice.writer.drain()
        alice.cut()
        await alice.connect()
        answer = await alice.resume()
        h = int(answer.get("h"))
        emit("resumed", answer=answer.tag.split("}")[1], previd_same=answer.get("previd") == alice.sm_id,
             h_possible=len(sent) - 10 <= h <= len(sent))
        for body in sent[h:]:
            alice.message(account("bob"), body)
        emit("settled", h=await alice.request_ack(), sent=len(sent))

    expected = sent[1:]
    got = [(await bob.take_message())["body"] for _ in expected]
    await alice.ping()
    await bob.ping()
    emit("arrived", expected=expected, got=got, more=len(bob.kept("message")))


run(play)
