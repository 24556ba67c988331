"""TLS from the first byte (XEP-0368): ALPN is agreed, and the certificate names the domain."""
import asyncio
import ssl

from play import DIRECT_TLS_PORT, HOST, Client, emit, run


async def play():
    alice = Client("alice", "desk")
    alice.ssl_context.set_alpn_protocols(["xmpp-client"])
    await alice.login(direct_tls=True)
    tls = alice.transport.get_extra_info("ssl_object")
    emit("logged in", jid=alice.boundjid.full, alpn=tls.selected_alpn_protocol(), tls=tls.version())

    # Who trusts exactly this certificate must be able to check the name in it.
    pinned = ssl.create_default_context(cadata=ssl.DER_cert_to_PEM_cert(tls.getpeercert(True)))
    _, writer = await asyncio.open_connection(HOST, DIRECT_TLS_PORT, ssl=pinned, server_hostname="localhost")
    emit("certificate", names=[name for _, name in writer.get_extra_info("peercert")["subjectAltName"]])
    writer.close()


run(play)
