// Converse.js in a headless Chromium: logs in at /chat with its push plugin on, chats with a client on TCP, loses its network, is shown as away and pushed, and comes
// back to what waited when a line on standard input tells it to; then it is loaded anew and goes on with the same session.
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";
import { account, config, emit, login, person, run, within, xml } from "./play.mjs";

const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

/** The browser's network: a forwarder that can be cut, since a browser told to be offline keeps the WebSockets it has. */
async function network(port) {
  const open = new Set();
  let cut = false;
  const server = createServer((near) => {
    const far = connect(port, config.host);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => { open.delete(socket); near.destroy(); far.destroy(); });
    }
    if (cut) near.destroy();
    near.pipe(far).pipe(near);
  });
  await new Promise((resolve) => server.listen(0, config.host, resolve));
  return {
    port: server.address().port,
    cut() { cut = true; for (const socket of open) socket.destroy(); },
    mend() { cut = false; },
  };
}

const PUSH = { jid: "push.localhost", node: `node-of-${account("alice")}`, secret: "secret of the page" };
const show = (presence) => presence.getChildText("show") ?? presence.attrs.type ?? "available";

/** Each sees whether the other is there. Only who asked for the roster is told how a subscription goes on (RFC 6121 §2.1.6). */
async function befriend(one, other) {
  for (const each of [one, other]) await each.ask("get", xml("query", "jabber:iq:roster"));
  for (const [from, to] of [[one, other], [other, one]]) {
    await from.send(xml("presence", { type: "subscribe", to: to.jid.bare().toString() }));
    await to.take((s) => s.is("presence") && s.attrs.type === "subscribe", "subscription request");
    await to.send(xml("presence", { type: "subscribed", to: from.jid.bare().toString() }));
    await from.take((s) => s.is("presence") && s.attrs.type === "subscribed", "subscription");
  }
}

/** What the page says and hears over its WebSockets; either can be awaited. */
function watch(page) {
  const sent = [], received = [];
  const waiting = new Set();
  const note = (frames) => ({ payload }) => { frames.push(String(payload)); for (const look of waiting) look(); };
  page.on("websocket", (socket) => {
    socket.on("framesent", note(sent));
    socket.on("framereceived", note(received));
  });
  const frame = async (frames, fits, what, since = 0) => {
    let look;
    const found = new Promise((resolve) => {
      look = () => { const text = frames.slice(since).find(fits); if (text) resolve(text); };
      waiting.add(look);
      look();
    });
    try { return await within(found, what, 30_000); } finally { waiting.delete(look); }
  };
  return {
    sent, received,
    says: (pattern) => frame(sent, (text) => pattern.test(text), `${pattern} from the page`),
    hears: (part, since) => frame(received, (text) => text.includes(part), `${part} for the page`, since),
  };
}

/** A list that is drawn anew under the pointer, for a moment twice, takes no click: one may not be enough. The play's own limit ends the attempts. */
async function openChat(page, jid) {
  while (!await page.locator("textarea.chat-textarea").isVisible()) {
    await page.locator(`converse-roster a.open-chat[data-jid="${jid}"]`).first().click({ timeout: 3_000 }).catch(() => {});
    await page.locator("textarea.chat-textarea").waitFor({ timeout: 3_000 }).catch(() => {});
  }
}

run(async () => {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const profile = await mkdtemp(join(tmpdir(), "presence-chromium-"));
  const net = await network(config.http);
  const bob = await login(person("bob", "tcp"));
  const first = await login(person("alice", "first"));
  await befriend(bob, first);
  await first.stop();
  const browser = await chromium.launchPersistentContext(profile, { executablePath: "/usr/bin/chromium", args: flags });
  try {
    const page = browser.pages()[0];
    page.on("pageerror", (error) => console.error(`page: ${error}`));
    const wire = watch(page);
    // The chat page as the node gives it, with an app server beside.
    await page.route("**/chat/start.js", async (route) => {
      const script = await (await route.fetch()).text();
      await route.fulfill({ contentType: "text/javascript", body: script.replace("initialize({", `initialize({ push_app_servers: [${JSON.stringify(PUSH)}],`) });
    });
    const presence = (wanted) => bob.take((s) => s.is("presence") && s.attrs.from.startsWith(`${account("alice")}/converse`) && show(s) === wanted, `${wanted} presence`);

    await page.goto(`http://localhost:${net.port}/chat`);
    await page.fill("input[name=jid]", account("alice"));
    await page.fill("input[name=password]", config.password);
    await page.press("input[name=password]", "Enter");
    await wire.hears("<enabled");
    await presence("available");
    const enable = await wire.says(/<enable[^>]*urn:xmpp:push:0/);
    const id = / id="([^"]+)"/.exec(enable)[1];
    emit("push", { answer: / type=['"](\w+)['"]/.exec(await wire.hears(id))[1] });

    await bob.say(account("alice"), "hello browser");
    await wire.hears("hello browser");
    await openChat(page, account("bob"));
    await page.getByText("hello browser").first().waitFor();
    await page.fill("textarea.chat-textarea", "hello tcp");
    await page.press("textarea.chat-textarea", "Enter");
    emit("heard", { body: (await bob.takeMessage("hello tcp")).getChildText("body") });

    net.cut();
    emit("gone", { show: show(await presence("away")) });
    for (let n = 0; n < 5; n++) await bob.say(account("alice"), `while away ${n}`);
    await bob.ask("get", xml("query", "jabber:iq:roster"));
    emit("sent");
    await within(lines.next(), "word to go on", 30_000);

    const before = wire.received.length;
    net.mend();
    await wire.hears("<resumed", before);
    await page.getByText("while away 4").first().waitFor();
    const shown = async () => (await page.locator(".chat-msg__text").allInnerTexts()).map((body) => body.trim()).filter((body) => body.startsWith("while away"));
    emit("back", {
      got: await shown(),
      early: wire.received.slice(0, before).filter((text) => text.includes("while away")).length,
      opened: wire.sent.filter((text) => text.startsWith("<open")).length,
      show: show(await presence("available")),
    });

    const again = wire.received.length;
    await page.reload();
    await wire.hears("<resumed", again);
    // What the archive has of the same messages must not show beside them.
    await wire.hears("<fin ", again);
    await page.locator(".chat-msg__text", { hasText: "while away" }).nth(4).waitFor();
    emit("loaded anew", { got: (await shown()).sort(), errors: wire.received.slice(again).filter((text) => text.includes("stream:error")).length });
  } finally {
    await browser.close();
    await rm(profile, { recursive: true, force: true });
    await bob.stop();
  }
});
