"""Queries of the archive (XEP-0313 with XEP-0059) for the plays that look into it."""
from play import NS, element

RSM = "http://jabber.org/protocol/rsm"
DATA = "jabber:x:data"


def field(name, value, kind=None):
    attributes = {"var": name} | ({"type": kind} if kind else {})
    return element("field", DATA, children=[element("value", DATA, value)], **attributes)


async def page(client, page_size=None, after=None, before=None, **filters):
    """One query; returns its messages oldest first as [id, from, to, body, stamp, element], and what <fin/> says."""
    children = []
    if filters:
        fields = [field("FORM_TYPE", NS["mam"], "hidden")] + [field(name.rstrip("_"), value) for name, value in filters.items()]
        children.append(element("x", DATA, children=fields, type="submit"))
    limits = [element(name, RSM, value) for name, value in
              (("max", page_size and str(page_size)), ("after", after), ("before", before)) if value is not None]
    if limits:
        children.append(element("set", RSM, children=limits))
    client.queries = getattr(client, "queries", 0) + 1
    query = f"q{client.queries}"
    kind, fin = await client.ask("set", element("query", NS["mam"], children=children, queryid=query))
    if kind != "result":
        return None, fin
    results = []
    for message in list(client.kept("message")):
        result = message.xml.find("mam:result", NS)
        if result is not None and result.get("queryid") == query:
            client.received.remove(message)
            inner = result.find("forward:forwarded/c:message", NS)
            stamp = result.find("forward:forwarded/delay:delay", NS).get("stamp")
            results.append([result.get("id"), inner.get("from"), inner.get("to"), inner.findtext("c:body", None, NS), stamp, inner])
    return results, {
        "complete": fin.get("complete") == "true",
        "first": fin.findtext(f"{{{RSM}}}set/{{{RSM}}}first"),
        "last": fin.findtext(f"{{{RSM}}}set/{{{RSM}}}last"),
    }


def bodies(results):
    return [result[3] for result in results]
