// Converse.js in a headless Chromium: logs in at /chat, chats with a client on TCP, loses its network, and comes back.
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

run(async () => {
  const profile = await mkdtemp(join(tmpdir(), "presence-chromium-"));
  const net = await network(config.http);
  const bob = await login(person("bob", "tcp"));
  const browser = await chromium.launchPersistentContext(profile, { executablePath: "/usr/bin/chromium", args: flags });
  try {
    const page = browser.pages()[0];
    page.on("pageerror", (error) => console.error(`page: ${error}`));
    const sent = [], received = [];
    let arrived = () => {};
    page.on("websocket", (socket) => {
      socket.on("framesent", ({ payload }) => sent.push(String(payload)));
      socket.on("framereceived", ({ payload }) => { received.push(String(payload)); arrived(); });
    });
    const frame = (part) => within(new Promise((resolve) => {
      arrived = () => received.some((text) => text.includes(part)) && resolve();
      arrived();
    }), part, 30_000);
    await page.goto(`http://localhost:${net.port}/chat`);
    await page.fill("input[name=jid]", account("alice"));
    await page.fill("input[name=password]", config.password);
    await page.press("input[name=password]", "Enter");
    await frame("<enabled");

    await bob.say(account("alice"), "hello browser");
    await page.getByText("bob").first().click();
    await page.getByText("hello browser").first().waitFor();
    await page.fill("textarea.chat-textarea", "hello tcp");
    await page.press("textarea.chat-textarea", "Enter");
    emit("heard", { body: (await bob.takeMessage("hello tcp")).getChildText("body") });

    net.cut();
    for (let n = 0; n < 5; n++) await bob.say(account("alice"), `while away ${n}`);
    await bob.ask("get", xml("query", "jabber:iq:roster"));
    const before = received.length;
    net.mend();
    await frame("<resumed");
    await page.getByText("while away 4").first().waitFor();
    const bodies = await page.locator(".chat-msg__text").allInnerTexts();
    emit("back", {
      got: bodies.map((body) => body.trim()).filter((body) => body.startsWith("while away")),
      early: received.slice(0, before).filter((text) => text.includes("while away")).length,
      opened: sent.filter((text) => text.startsWith("<open")).length,
    });
  } finally {
    await browser.close();
    await rm(profile, { recursive: true, force: true });
    await bob.stop();
  }
});
