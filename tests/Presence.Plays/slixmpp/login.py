"""Logs in over STARTTLS with the SASL mechanism named on the command line."""
import sys

from play import Client, emit, run


async def play():
    alice = Client("alice", "desk", mechanism=sys.argv[1])
    offered = set()

    def note_mechanisms(stanza):
        if stanza.name == "features":
            offered.update(stanza["mechanisms"])
        return stanza

    alice.add_filter("in", note_mechanisms)
    await alice.login()
    emit("logged in", jid=alice.boundjid.full, offered=sorted(offered),
         used=alice["feature_mechanisms"].mech.name, tls=alice.transport.get_extra_info("ssl_object").version())


run(play)
