// What every play with the npm client shares: a client that keeps what it received, and events printed as JSON lines.
// A play prints facts; the C# test that started it judges them. It never waits for anything without a limit.
import { webcrypto } from "node:crypto";

// Node 18, which Debian 12 has, does not offer this by itself.
globalThis.crypto ??= webcrypto;
const { client, xml } = await import("@xmpp/client");

export { xml };
export const config = JSON.parse(process.env.PRESENCE_PLAY);
export const LIMIT = 15_000;

export function emit(event, facts = {}) {
  console.log(JSON.stringify({ event, ...facts }));
}

export function account(name) {
  return config.accounts[name];
}

/** Runs the play to its end; what goes wrong ends the program with a trace and exit code 1. */
export async function run(play) {
  try {
    await within(play(), "the play's end", 60_000);
    emit("done");
    process.exit(0);
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
}

export async function within(promise, what, limit = LIMIT) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what} within ${limit} ms`)), limit);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A client that is not connected yet; what it receives can be awaited with take(). */
export function person(name, resource, { directTls = false, web = false } = {}) {
  const [username, domain] = account(name).split("@");
  const service = web ? `wss://${config.host}:${config.web}/xmpp-websocket` : directTls ? `xmpps://${config.host}:${config.directTls}` : `xmpp://${config.host}:${config.port}`;
  // The client gives up on each step after 2 s by itself; a machine that compiles beside the play is slower than that.
  const xmpp = client({ service, domain, resource, username, password: config.password, timeout: LIMIT });
  const received = [];
  const waiting = [];
  xmpp.on("error", (error) => console.error(`${name}: ${error}`));
  xmpp.on("stanza", (stanza) => {
    const waiter = waiting.findIndex(({ fits }) => fits(stanza));
    if (waiter >= 0) waiting.splice(waiter, 1)[0].resolve(stanza);
    else received.push(stanza);
  });
  xmpp.received = received;
  xmpp.take = (fits, what = "stanza") => {
    const index = received.findIndex(fits);
    if (index >= 0) return received.splice(index, 1)[0];
    const arrival = new Promise((resolve) => waiting.push({ fits, resolve }));
    return within(arrival, `${what} for ${name}; it has only: ${received.join(" ")}`);
  };
  xmpp.takeMessage = (body) => xmpp.take(
    (s) => s.is("message") && (body ? s.getChildText("body") === body : s.getChild("body")), body ?? "message");
  xmpp.say = (to, body) => xmpp.send(xml("message", { to, type: "chat" }, xml("body", {}, body)));
  xmpp.ask = (type, payload, to) => xmpp.iqCaller.request(xml("iq", { type, to }, payload), LIMIT);
  return xmpp;
}

/** Connects, authenticates, binds and becomes available. */
export async function login(xmpp) {
  await within(xmpp.start(), "log-in");
  await xmpp.send(xml("presence"));
  await xmpp.take((s) => s.is("presence") && s.attrs.from === xmpp.jid.toString(), "own presence");
  return xmpp;
}
