// Where there is no server: requests are answered by Python in a web worker. The page says how far
// its start has come; the first view is there at once, from what the site was built with.

import {at, make} from "./common.js";

const begin = fetch("begin.json").then(response => response.json());
const worker = new Worker("worker.mjs", {type: "module"});

const bar = make("progress", {max: 3, "aria-label": "Starting Python"});
const place = make("p", {id: "starting", class: "message", role: "status"},
  "Loading Python into this browser and starting it… ", bar);
document.querySelector("main").prepend(place);
at("where").textContent = "in this browser, by Python in WebAssembly";

const started = new Promise((resolve, reject) => {
  const fail = message =>
    reject(new Error(`Python could not be started in this browser: ${message}`));
  worker.onmessage = ({data: {done, failed}}) => {
    if (failed) return fail(failed);
    bar.value = done;
    if (done === bar.max) resolve();
  };
  worker.onerror = event => fail(event.message);
});
started.then(() => place.remove(), error => place.replaceChildren(error.message));

/** The result of a route, like that of the server; throws an Error with its message. */
export async function post(name, request, signal) {
  const {page, ...rest} = request;
  const known = (await begin).find(one => one.name === name
    && JSON.stringify(one.request) === JSON.stringify(rest));
  const answer = send(name, request, signal);  // Python has to know the page
  if (known) {
    answer.catch(() => {});
    return known.result;
  }
  const {reply, file} = await answer;
  const {result, error} = JSON.parse(reply);
  if (error) throw new Error(error);
  if (file) download(file);
  return result;
}

async function send(name, request, signal) {
  await started;
  signal?.throwIfAborted();
  const {port1, port2} = new MessageChannel();
  worker.postMessage({name, request}, [port2]);
  return new Promise((resolve, reject) => {
    port1.onmessage = ({data}) => resolve(data);
    signal?.addEventListener("abort", () => reject(signal.reason));
  });
}

function download({path, content}) {
  const link = make("a", {download: path.split("/").at(-1),
    href: URL.createObjectURL(new Blob([content]))});
  link.click();
  URL.revokeObjectURL(link.href);
}
