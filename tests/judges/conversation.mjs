// A person's client with the Rust crypto of matrix-sdk (as Element has it), over bare HTTP, for a conversation.
//
// A line of standard input is a message to say, {"room", "content"}; a line of standard output is what it did or
// heard: {"ready"}, {"sent": event}, {"room", "event"} deciphered, {"closed": why}. It takes only what came from
// devices that their owners have signed.
import { createRequire } from "module";
import { createInterface } from "readline";

const [modules, url, user, token, device] = process.argv.slice(2);
const C = createRequire(modules + "/")("@matrix-org/matrix-sdk-crypto-wasm");
await C.initAsync();
const V3 = "/_matrix/client/v3";
const tell = (told) => console.log(JSON.stringify(told));
const machine = await C.OlmMachine.initialize(new C.UserId(user), new C.DeviceId(device));
const signed = new C.DecryptionSettings(C.TrustRequirement.CrossSigned);

async function ask(method, path, body) {
  const answer = await fetch(url + path, {
    method,
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: body === undefined || typeof body === "string" ? body : JSON.stringify(body),
  });
  const told = await answer.text();
  if (answer.status >= 400) throw new Error(`${method} ${path}: ${told}`);
  return told;
}

async function send(request) {
  const { type, body } = request;
  let told;
  if (type === C.RequestType.KeysUpload) told = await ask("POST", `${V3}/keys/upload`, body);
  else if (type === C.RequestType.KeysQuery) told = await ask("POST", `${V3}/keys/query`, body);
  else if (type === C.RequestType.KeysClaim) told = await ask("POST", `${V3}/keys/claim`, body);
  else if (type === C.RequestType.SignatureUpload) told = await ask("POST", `${V3}/keys/signatures/upload`, body);
  else told = await ask("PUT", `${V3}/sendToDevice/${request.event_type}/${request.txn_id}`, body);
  if (request.id) await machine.markRequestAsSent(request.id, type, told);
}

async function tend() {
  for (const request of await machine.outgoingRequests()) await send(request);
}

const path = (room) => `${V3}/rooms/${encodeURIComponent(room)}`;

async function say(room, content) {
  const joined = Object.keys(JSON.parse(await ask("GET", `${path(room)}/joined_members`)).joined);
  const people = () => joined.map((one) => new C.UserId(one));
  await machine.updateTrackedUsers(people());
  await tend();
  const missing = await machine.getMissingSessions(people());
  if (missing) await send(missing);
  const shares = await machine.shareRoomKey(new C.RoomId(room), people(), new C.EncryptionSettings());
  for (const request of shares) await send(request);
  const sealed = await machine.encryptRoomEvent(new C.RoomId(room), "m.room.message", JSON.stringify(content));
  const sent = await ask("PUT", `${path(room)}/send/m.room.encrypted/${Math.random()}`, sealed);
  tell({ sent: JSON.parse(sent).event_id });
}

const waiting = [];
let since = "";
let counts = {};

async function hear() {
  // In their order: what cannot be opened yet holds back what came later in the same room.
  const held = new Set();
  for (const [room, event] of waiting.splice(0)) {
    let opened = event;
    if (held.has(room)) {
      waiting.push([room, event]);
      continue;
    }
    if (event.type === "m.room.encrypted" && event.content.ciphertext) {
      try {
        const told = await machine.decryptRoomEvent(JSON.stringify(event), new C.RoomId(room), signed);
        opened = { ...event, ...JSON.parse(told.event) };
      } catch (error) {
        held.add(room);
        waiting.push([room, event]);
        tell({ closed: String(error) });
        continue;
      }
    }
    tell({ room, event: opened });
  }
}

async function sync() {
  const from = since ? `&since=${encodeURIComponent(since)}` : "";
  const told = JSON.parse(await ask("GET", `${V3}/sync?timeout=300${from}`));
  since = told.next_batch;
  counts = told.device_one_time_keys_count || counts;
  const users = (list) => (list || []).map((one) => new C.UserId(one));
  const lists = new C.DeviceLists(users(told.device_lists?.changed), users(told.device_lists?.left));
  const fallback = new Set(told.device_unused_fallback_key_types || []);
  const events = JSON.stringify(told.to_device?.events || []);
  await machine.receiveSyncChanges(events, lists, new Map(Object.entries(counts)), fallback);
  await tend();
  for (const [room, news] of Object.entries(told.rooms?.join || {})) {
    const there = new Set([user]);
    for (const event of [...(news.state?.events || []), ...news.timeline.events])
      if (event.type === "m.room.member" && event.content.membership === "join") there.add(event.state_key);
    await machine.updateTrackedUsers([...there].map((one) => new C.UserId(one)));
    for (const event of news.timeline.events) waiting.push([room, event]);
  }
  await tend();
  await hear();
}

await tend();
const made = await machine.bootstrapCrossSigning(true);
if (made.uploadKeysRequest) await send(made.uploadKeysRequest);
await ask("POST", `${V3}/keys/device_signing/upload`, made.uploadSigningKeysRequest.body);
await send(made.uploadSignaturesRequest);
await machine.updateTrackedUsers([new C.UserId(user)]);
await tend();
const wanted = [];
createInterface({ input: process.stdin }).on("line", (line) => wanted.push(JSON.parse(line))).on("close", () => process.exit(0));
await sync();
tell({ ready: true });
for (;;) {
  while (wanted.length) {
    const { room, content } = wanted.shift();
    await say(room, content);
  }
  await sync();
}
