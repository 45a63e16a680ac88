// A person with a client of today: the Rust crypto of matrix-sdk (as Element has it), over bare HTTP.
//
// It signs its own device, reads one message of the bot with "only from cross-signed devices" set, verifies the
// bot by pictures in the encrypted room, and prints what it saw, a JSON object a line.
import { createRequire } from "module";

const [modules, url, user, token, device, bot, room] = process.argv.slice(2);
const C = createRequire(modules + "/")("@matrix-org/matrix-sdk-crypto-wasm");
await C.initAsync();
const V3 = "/_matrix/client/v3";
const tell = (told) => console.log(JSON.stringify(told));
const me = () => new C.UserId(user);
const them = () => new C.UserId(bot);
const here = () => new C.RoomId(room);
const machine = await C.OlmMachine.initialize(me(), new C.DeviceId(device));

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
  let told = '{"event_id": "$sent"}';
  if (type === C.RequestType.KeysUpload) told = await ask("POST", `${V3}/keys/upload`, body);
  else if (type === C.RequestType.KeysQuery) told = await ask("POST", `${V3}/keys/query`, body);
  else if (type === C.RequestType.KeysClaim) told = await ask("POST", `${V3}/keys/claim`, body);
  else if (type === C.RequestType.SignatureUpload) told = await ask("POST", `${V3}/keys/signatures/upload`, body);
  else if (type === C.RequestType.ToDevice)
    told = await ask("PUT", `${V3}/sendToDevice/${request.event_type}/${request.txn_id}`, body);
  else await say(request.event_type, JSON.parse(body), request.txn_id);
  if (request.id) await machine.markRequestAsSent(request.id, type, told);
}

async function tend() {
  for (const request of await machine.outgoingRequests()) await send(request);
}

async function say(kind, content, txn) {
  const missing = await machine.getMissingSessions([me(), them()]);
  if (missing) await send(missing);
  const shares = await machine.shareRoomKey(here(), [me(), them()], new C.EncryptionSettings());
  for (const request of shares) await send(request);
  const sealed = await machine.encryptRoomEvent(here(), kind, JSON.stringify(content));
  const path = `${V3}/rooms/${encodeURIComponent(room)}/send/m.room.encrypted/${txn || Math.random()}`;
  return JSON.parse(await ask("PUT", path, sealed)).event_id;
}

const read = [];
let since = "";
let counts = {};

async function sync() {
  const from = since ? `&since=${encodeURIComponent(since)}` : "";
  const told = JSON.parse(await ask("GET", `${V3}/sync?timeout=500${from}`));
  since = told.next_batch;
  counts = told.device_one_time_keys_count || counts;
  const users = (list) => (list || []).map((one) => new C.UserId(one));
  const lists = new C.DeviceLists(users(told.device_lists?.changed), users(told.device_lists?.left));
  const fallback = new Set(told.device_unused_fallback_key_types || []);
  const events = JSON.stringify(told.to_device?.events || []);
  await machine.receiveSyncChanges(events, lists, new Map(Object.entries(counts)), fallback);
  await tend();
  for (const event of told.rooms?.join?.[room]?.timeline?.events || []) {
    if (event.type !== "m.room.encrypted") continue;
    const strict = new C.DecryptionSettings(C.TrustRequirement.CrossSigned);
    let opened;
    try {
      opened = JSON.parse((await machine.decryptRoomEvent(JSON.stringify(event), here(), strict)).event);
    } catch (error) {
      if (event.sender === bot) tell({ closed: String(error) });
      continue;
    }
    if (opened.type === "m.room.message" && event.sender === bot) read.push(opened.content.body);
    if (opened.type.startsWith("m.key.verification."))
      await machine.receiveVerificationEvent(JSON.stringify({ ...event, ...opened }), here());
  }
  await tend();
}

async function until(happened) {
  for (let round = 0; round < 40 && !happened(); round++) await sync();
}

await tend();
const made = await machine.bootstrapCrossSigning(true);
if (made.uploadKeysRequest) await send(made.uploadKeysRequest);
await ask("POST", `${V3}/keys/device_signing/upload`, made.uploadSigningKeysRequest.body);
await send(made.uploadSignaturesRequest);
await machine.updateTrackedUsers([me(), them()]);
await tend();
await sync();
tell({ ready: true });
await until(() => read.length);
tell({ read: read[0] || "" });
const devices = (await machine.getUserDevices(them())).devices();
tell({ signed: devices.length > 0 && devices.every((one) => one.isCrossSignedByOwner()) });
const identity = await machine.getIdentity(them());
const asked = await say("m.room.message", JSON.parse(identity.verificationRequestContent([C.VerificationMethod.SasV1])));
const request = identity.requestVerification(here(), new C.EventId(asked), [C.VerificationMethod.SasV1]);
await until(() => request.isReady());
const [sas, start] = await request.startSas();
await send(start);
await until(() => sas.canBePresented());
tell({ pictures: sas.emoji().map((one) => one.symbol).join(" "), numbers: Array.from(sas.decimals()).join(" ") });
for (const next of await sas.confirm()) await send(next);
await until(() => sas.isDone());
await tend();
await sync();
tell({ verified: (await machine.getIdentity(them())).isVerified() });
process.exit(0);
