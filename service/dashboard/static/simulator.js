// Two phones: keys type, the green key dials or sends, texts arrive, the clock is stepped. Forms do the same without this.
"use strict";

const find = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const place = find(".phones");
const code = place.dataset.code;
const clock = find(".clock");
const zone = clock.dataset.zone;
let seq = Number(place.dataset.seq);
let busy = 0;

document.documentElement.classList.add("js");
all(".js-only").forEach((one) => { one.hidden = false; });

async function ask(path, options) {
  busy += 1;
  document.body.classList.add("busy");
  try {
    const answer = await fetch(path, options);
    const isJson = (answer.headers.get("content-type") || "").includes("json");
    const body = isJson ? await answer.json() : await answer.text();
    if (!answer.ok) throw new Error((isJson && body.error) || "The demo did not understand that. Try again.");
    return body;
  } catch (error) {
    throw error instanceof TypeError ? new Error("The demo does not answer. Is it still running?") : error;
  } finally {
    busy -= 1;
    if (!busy) document.body.classList.remove("busy");
  }
}

const post = (path, fields) => ask(path, { method: "POST", body: new URLSearchParams(fields) });

function local(iso, long) {
  const date = { weekday: "short", day: "numeric", month: "short", timeZone: zone };
  const time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
  const at = new Date(iso);
  const day = new Intl.DateTimeFormat("en-GB", long ? { ...date, year: "numeric" } : date).format(at);
  return `${day.replace(/^(\w+),/, "$1")}, ${new Intl.DateTimeFormat("en-GB", time).format(at)}`;
}

class Phone {
  constructor(root) {
    this.root = root;
    this.side = root.dataset.side;
    this.form = find(".pad", root);
    this.typed = find("input[name=typed]", root);
    this.who = find("select", root);
    this.dialled = find(".view.dial", root);
    this.texts = find(".view.texts", root);
    this.list = find(".sms", root);
    this.idle = `Dial ${code}`;
    this.session = "";
    this.text = "";
    this.unread = 0;
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.go(); });
    find(".stop", root).addEventListener("click", () => this.hangUp());
    find(".del", root).addEventListener("click", () => this.erase());
    find(".flash", root).addEventListener("click", () => this.flash());
    all("[data-key]", root).forEach((key) => key.addEventListener("click", () => this.type(key.dataset.key)));
    all("[data-view]", root).forEach((tab) => tab.addEventListener("click", () => this.show(tab.dataset.view)));
    this.who.addEventListener("change", () => this.become());
    this.show("dial");
    this.hangUp();
  }

  get person() { return this.who.selectedOptions[0]; }
  get number() { return this.person ? this.person.dataset.msisdn : ""; }
  get view() { return this.texts.hidden ? "dial" : "texts"; }

  say(words) { find(".trouble", this.root).textContent = words; }

  label() {
    const texting = this.view === "texts";
    find(".go .label", this.root).textContent = texting || this.session ? "Send" : "Dial";
    find(".line label", this.root).textContent = texting ? "Your text" : this.session ? "Your answer" : "Number to dial";
  }

  show(view) {
    const changed = view !== this.view || view === "dial";
    this.dialled.hidden = view !== "dial";
    this.texts.hidden = view !== "texts";
    all("[data-view]", this.root).forEach((tab) => tab.setAttribute("aria-selected", String(tab.dataset.view === view)));
    if (changed) this.typed.value = view === "texts" || this.session ? "" : code;
    if (view === "texts") {
      this.unread = 0;
      this.badge();
      this.texts.scrollTop = this.texts.scrollHeight;
      this.root.dispatchEvent(new CustomEvent("read", { bubbles: true }));
    }
    this.label();
  }

  badge() { find(".new", this.root).textContent = this.unread ? String(this.unread) : ""; }

  type(key) {
    if (!this.session && this.view === "dial" && this.typed.value === code) this.typed.value = "";
    this.typed.value += key;
  }

  erase() { this.typed.value = this.typed.value.slice(0, -1); }

  hangUp() {
    this.session = "";
    this.text = "";
    const idle = document.createElement("p");
    idle.className = "idle";
    for (const [tag, words] of [["span", "Dial"], ["b", code], ["span", "with the green key"]]) {
      idle.append(Object.assign(document.createElement(tag), { textContent: words }));
    }
    this.dialled.replaceChildren(idle);
    if (this.view === "dial") this.typed.value = code;
    this.label();
  }

  async go() {
    this.say("");
    try {
      await (this.view === "texts" ? this.send() : this.press());
      await arrive();
    } catch (error) { this.say(error.message); }
  }

  async press() {
    const typed = this.typed.value.trim();
    if (!typed) { this.say("Type something first."); return; }
    let text = this.session ? [this.text, typed].filter(Boolean).join("*") : "";
    if (!this.session) {
      // *384*77*7*417# dials the code and presses 7, then 417.
      const stem = code.slice(0, -1);
      const further = typed.startsWith(`${stem}*`) && typed.endsWith("#") ? typed.slice(stem.length + 1, -1) : "";
      if (typed !== code && !further) { this.say(`On this network only ${code} answers.`); return; }
      text = further;
    }
    const session = this.session || `page-${crypto.randomUUID()}`;
    const fields = { sessionId: session, phoneNumber: this.number, serviceCode: code, text };
    const answer = await post("/simulator/ussd", fields);
    const goesOn = answer.startsWith("CON ");
    const shown = [Object.assign(document.createElement("p"), { className: "ussd", textContent: answer.slice(4) })];
    if (!goesOn) shown.push(Object.assign(document.createElement("p"), { className: "over", textContent: "The session has ended." }));
    this.dialled.replaceChildren(...shown);
    this.dialled.scrollTop = 0;
    this.session = goesOn ? session : "";
    this.text = goesOn ? text : "";
    this.typed.value = goesOn ? "" : code;
    this.label();
    this.root.dispatchEvent(new CustomEvent("dialled", { bubbles: true }));
  }

  async send() {
    const text = this.typed.value.trim();
    if (!text) { this.say("Write the text first."); return; }
    await post("/simulator/sms", { from: this.number, text });
    this.typed.value = "";
    this.bubble({ text, at: clock.dataset.now }, "own");
    this.root.dispatchEvent(new CustomEvent("texted", { bubbles: true, detail: text }));
  }

  async flash() {
    try {
      await post("/simulator/call", { from: this.number });
      this.say("Missed call given: it costs nothing, and a person is asked to call back.");
      await arrive();
    } catch (error) { this.say(error.message); }
  }

  bubble(sms, kind) {
    find(".none", this.list)?.remove();
    const item = document.createElement("li");
    if (kind) item.className = kind;
    if (sms.seq) item.dataset.seq = sms.seq;
    item.lang = this.person ? this.person.dataset.lang : "en";
    const at = Object.assign(document.createElement("time"), { dateTime: sms.at, textContent: local(sms.at) });
    item.append(sms.text, at);
    this.list.append(item);
    this.texts.scrollTop = this.texts.scrollHeight;
  }

  receive(sms) {
    this.bubble(sms, "fresh");
    if (this.view !== "texts") { this.unread += 1; this.badge(); }
  }

  async become() {
    this.hangUp();
    this.say("");
    this.unread = 0;
    this.badge();
    find(".bar span:nth-child(2)", this.root).textContent = this.number;
    const badges = this.person.dataset.facts.split("|").map((words) =>
      Object.assign(document.createElement("span"), { className: "badge calm", textContent: words }));
    find(".facts", this.root).replaceChildren(...badges);
    this.list.replaceChildren(Object.assign(document.createElement("li"), { className: "none", textContent: "No messages yet." }));
    remember();
    try {
      (await ask(`/simulator/inbox?person=${this.who.value}`)).forEach((sms) => this.bubble(sms));
    } catch (error) { this.say(error.message); }
  }
}

const phones = all(".phone").map((root) => new Phone(root));
const [left, right] = phones;

// The chosen people stay when the page is loaded again, and forms without script carry them too.
function remember() {
  history.replaceState(null, "", `?a=${left.who.value}&b=${right.who.value}`);
  for (const phone of phones) {
    all(`input[type=hidden][name=${phone.side}]`).forEach((field) => { field.value = phone.who.value; });
  }
}

async function arrive() {
  const texts = await ask(`/simulator/outbox?since=${seq}`);
  for (const sms of texts) {
    if (sms.seq <= seq) continue;
    seq = sms.seq;
    phones.filter((phone) => phone.number === sms.to).forEach((phone) => phone.receive(sms));
  }
  tell();
}

function tick(now) {
  clock.dataset.now = now;
  find(".when", clock).textContent = local(now, true);
  const short = local(now).replace(/ .*, /, " ");
  all(".lcd .bar time").forEach((time) => { time.textContent = short; });
}

async function step(fields) {
  const said = find(".said", clock);
  const buttons = all("form[action='/simulator/clock'] button");
  buttons.forEach((button) => { button.disabled = true; });
  said.textContent = "Stepping the clock through everything that is due…";
  try {
    const { now, sent } = await ask("/simulator/clock", {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(fields),
    });
    tick(now);
    said.textContent = sent === 1 ? "1 text was sent meanwhile." : `${sent} texts were sent meanwhile.`;
    await arrive();
    return true;
  } catch (error) {
    said.textContent = error.message;
    return false;
  } finally {
    buttons.forEach((button) => { button.disabled = false; });
    all("li.done button").forEach((button) => { if (button.name === "to") button.disabled = true; });
  }
}

// --- the guided story ------------------------------------------------------------------------------------------

const guide = find(".guide");
const steps = Object.fromEntries(all("[data-step]", guide).map((item) => [item.dataset.step, item]));

function count(next) {
  const all = Object.values(steps);
  find(".count", guide).textContent = next ? `Step ${all.indexOf(next) + 1} of ${all.length}` : "";
}

function done(name) {
  if (!steps[name]) return;
  // Whoever is past a step needs no reminder of those before it.
  for (const item of Object.values(steps)) {
    item.classList.add("done");
    if (item === steps[name]) break;
  }
  const next = Object.values(steps).find((item) => !item.classList.contains("done"));
  count(next);
  Object.values(steps).forEach((item) => {
    item.classList.toggle("next", item === next);
    if (item === next) item.setAttribute("aria-current", "step"); else item.removeAttribute("aria-current");
    const button = find("button, .button", item);
    if (button) button.classList.toggle("main", item === next);
  });
}

const isDone = (name) => !steps[name] || steps[name].classList.contains("done");
const isStory = () => left.who.value === guide.dataset.mother && right.who.value === guide.dataset.mentor;

function caseCode() {
  // Her code with her mentor; only once an alert has named it.
  const hers = left.person ? left.person.dataset.code : "";
  const alerts = all("li[data-seq]", right.list).map((item) => item.firstChild.textContent);
  return hers && alerts.some((text) => text.includes(`${hers} 1`)) ? hers : "";
}

function tell() {
  if (!isStory()) return;
  const found = caseCode();
  if (found) find(".case", guide).textContent = `${found} 1`;
  if (found && !isDone("wait")) done("wait");
}

function look(phone, view) {
  choose(phone.side);
  phone.show(view);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  phone.root.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
}

async function cast() {
  for (const [phone, value] of [[left, guide.dataset.mother], [right, guide.dataset.mentor]]) {
    if (phone.who.value !== value) { phone.who.value = value; await phone.become(); }
  }
}

Object.values(steps).forEach((item, place) => { item.dataset.n = place + 1; });
count(steps.dial);
steps.dial.querySelector("button").addEventListener("click", async () => {
  await cast();
  look(left, "dial");
  left.hangUp();
  await left.go();
});
steps.look.querySelector("button").addEventListener("click", async () => { await cast(); look(right, "texts"); });
steps.reply.querySelector("button").addEventListener("click", async () => {
  await cast();
  look(right, "texts");
  const found = caseCode();
  if (found) { right.typed.value = `${found} 1`; right.typed.focus(); }
  else right.say("No alert has come yet: let three days pass first.");
});
document.addEventListener("dialled", (event) => { if (event.target === left.root && !isDone("dial")) done("dial"); });
document.addEventListener("read", (event) => { if (event.target === right.root && isDone("wait") && !isDone("look")) done("look"); });
document.addEventListener("texted", (event) => {
  if (event.target === right.root && /^\s*[2-9]\d\d\s*1/.test(event.detail)) done("reply");
});

for (const form of all("form[action='/simulator/clock']")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { name, value } = event.submitter;
    const item = form.closest("[data-step]");
    if (item) await cast();
    if (await step({ [name]: value }) && item) done(item.dataset.step);
  });
}

function choose(side) {
  phones.forEach((phone) => phone.root.classList.toggle("shown", phone.side === side));
  all("[data-tab]").forEach((tab) => tab.setAttribute("aria-selected", String(tab.dataset.tab === side)));
}
all("[data-tab]").forEach((tab) => tab.addEventListener("click", () => choose(tab.dataset.tab)));

// Texts also come without us: another page, curl or `pamoja phone` may use the same network.
setInterval(() => { if (!busy && !document.hidden) arrive().catch(() => {}); }, 5000);
