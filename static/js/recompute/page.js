// The page around the computation: takes a package, shows how far it is and what came of each step.
// Every word shown stands in the page; the file stays in the browser.

const place = document.getElementById("check");
const form = document.getElementById("package");
const words = place.dataset;
const running = place.querySelector("[data-running]");
const bar = running.querySelector("progress");
const verdict = place.querySelector("[data-verdict]");
const download = place.querySelector("[data-download]");
let worker = null;
// Counts what was taken: a file that was asked for before may come last, and says nothing of the one taken since.
let turn = 0;

const showOnly = (node, isShown) => {
  node.hidden = !isShown;
};

const fill = (node, values) => {
  for (const field of node.querySelectorAll("[data-field]")) {
    if (field.dataset.field in values) field.textContent = String(values[field.dataset.field] ?? words.none);
  }
};

const step = (name, values = {}) => {
  const section = place.querySelector(`[data-step="${name}"]`);
  fill(section, values);
  showOnly(section, true);
};

const rows = (name, values) => {
  const template = place.querySelector(`[data-rows="${name}"]`);
  for (const old of template.parentNode.querySelectorAll("tr")) old.remove();
  for (const each of values) {
    const row = template.content.cloneNode(true);
    fill(row, each);
    template.parentNode.append(row);
  }
};

const say = (text, mark, reason = "") => {
  showOnly(running, false);
  showOnly(verdict, true);
  verdict.className = `notice notice--${mark}`;
  verdict.firstElementChild.textContent = text;
  verdict.querySelector("[data-reason]").textContent = reason;
};

const kindOf = (kind) => words[`kind${kind[0].toUpperCase()}${kind.slice(1)}`];
const nameOf = (stratum) => (stratum === "WITHHELD" ? words.withheld : stratum);

const explain = (trace) => {
  if (trace.package) step("package", trace.package);
  if (trace.commit) step("commit", trace.commit);
  if (trace.seed) {
    rows("sources", trace.seed.sources.map((each) => ({ ...each, kind: kindOf(each.kind) })));
    step("seed", trace.seed);
  }
  if (trace.strata) {
    rows("strata", trace.strata.map((each) => ({ ...each, key: nameOf(each.key), drawn: each.drawn.length })));
    step("strata");
  }
  if (trace.teams) step("teams", trace.teams);
  if (trace.replacements) step("replacements", { count: trace.replacements.length });
  if (trace.result) step("result", trace.result);
  if (trace.published) {
    const said = Object.entries(trace.published).map(([name, agreement]) => [name, words[agreement]]);
    step("published", Object.fromEntries(said));
  }
};

// What the last line says of a package that computes: of which draw it is can be said only beside what was published,
// and that it is this one only when commit and result were: before the reveal other seeds give other results.
const verdictOf = ({ published, result }) => {
  if (Object.values(published ?? {}).includes("other")) return ["otherDraw", "error"];
  if (published?.commit === "same" && published.result === "same") return ["thisDraw", "ok"];
  return [result.claimed === null ? "all" : "claimed", "ok"];
};

const finish = ({ ok, line, trace }) => {
  explain(trace);
  URL.revokeObjectURL(download.href);
  download.href = URL.createObjectURL(new Blob([line], { type: "application/json" }));
  step("line");
  if (ok) {
    const [name, mark] = verdictOf(trace);
    say(words[name], mark);
  } else {
    const reason = place.querySelector(`[data-code="${trace.error}"]`).textContent;
    say(`${words.broken} (${trace.error})`, "error", reason);
  }
};

const progress = ({ stage, done, total }) => {
  running.querySelector("[data-stage]").textContent = words[stage] ?? words.busy;
  if (total > 0) bar.value = done / total;
  else bar.removeAttribute("value");
};

const compute = ({ buffer, record }, mine) => {
  worker = new Worker(words.worker, { type: "module" });
  worker.addEventListener("message", ({ data }) => {
    if (mine !== turn) return;
    if (data.outcome) finish(data.outcome);
    else if (data.failure) say(words.failed, "error");
    else progress(data);
  });
  worker.addEventListener("error", () => mine === turn && say(words.failed, "error"));
  worker.postMessage({ buffer, record }, [buffer]);
};

const take = async (reading) => {
  turn += 1;
  const mine = turn;
  worker?.terminate();
  showOnly(place, true);
  for (const section of place.querySelectorAll("[data-step]")) showOnly(section, false);
  showOnly(verdict, false);
  showOnly(running, true);
  progress({ stage: "read", done: 0, total: 0 });
  try {
    const taken = await reading();
    if (mine === turn) compute(taken, mine);
  } catch {
    if (mine === turn) say(words.unread, "error");
  }
};

const fetched = async (address, id) => {
  const answer = await fetch(address.replace("ID", id));
  if (!answer.ok) throw new Error(String(answer.status));
  return answer;
};

// The page of a draw leads here with its id behind the sign #: what is taken is compared with what was published of it.
const drawAsked = () => location.hash.match(/d_[0-9a-f]+/)?.[0];
const published = async (id) => (await (await fetched(words.record, id)).json()).data;

const takeFile = (file) => {
  const id = drawAsked();
  if (file) take(async () => ({ buffer: await file.arrayBuffer(), record: id ? await published(id) : null }));
};

const takeDraw = () => {
  const id = drawAsked();
  if (!id) return;
  take(async () => {
    const [file, record] = await Promise.all([fetched(words.package, id), published(id)]);
    return { buffer: await file.arrayBuffer(), record };
  });
};

const start = () => {
  const drop = form.querySelector("[data-drop]");
  showOnly(form, true);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.elements.file.addEventListener("change", (event) => takeFile(event.target.files[0]));
  for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.toggle("drop--over", kind === "dragenter" || kind === "dragover");
      if (kind === "drop") takeFile(event.dataTransfer.files[0]);
    });
  }
  globalThis.addEventListener("hashchange", takeDraw);
  takeDraw();
};

start();
