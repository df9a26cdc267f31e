// Where there is no server: requests are answered by Python in a web worker. The page says how far
// its start has come; the first view is there at once, from what the site was built with.

import {at, make} from "./common.js";

const begin = fetch("begin.json").then(response => response.json());
const worker = new Worker("worker.mjs", {type: "module"});
const waiting = new Map();  // by id: what settles the promise of a request
let requests = 0;
let isReady = false;
let failed = "";

const bar = make("progress", {max: 3, "aria-label": "Starting Python"});
const place = make("p", {id: "starting", class: "message", role: "status"},
  "Loading Python into this browser and starting it… ", bar);
document.querySelector("main").prepend(place);
at("where").textContent = "in this browser, by Python in WebAssembly";

worker.onmessage = ({data}) => {
  if (data.done) {
    bar.value = data.done;
    isReady = data.done === bar.max;
    place.hidden = isReady;
  } else if (data.failed) {
    fail(data.failed);
  } else {
    waiting.get(data.id)?.resolve(data);
    waiting.delete(data.id);
  }
};
worker.onerror = event => fail(event.message);

function fail(message) {
  failed = `Python could not be started in this browser: ${message}`;
  place.replaceChildren(failed);
  for (const {reject} of waiting.values()) reject(new Error(failed));
  waiting.clear();
}

/** The result of a route, like that of the server; throws an Error with its message. */
export async function post(name, request, signal) {
  if (!isReady) {
    const {page, ...rest} = request;
    const known = (await begin).find(one => one.name === name
      && JSON.stringify(one.request) === JSON.stringify(rest));
    if (known) {
      if (name === "start") send(name, request).catch(() => {});  // Python has to know the page
      return known.result;
    }
  }
  const {reply, file} = await send(name, request, signal);
  const {result, error} = JSON.parse(reply);
  if (error) throw new Error(error);
  if (file) download(file);
  return result;
}

function send(name, request, signal) {
  if (failed) throw new Error(failed);
  const id = requests;
  requests += 1;
  return new Promise((resolve, reject) => {
    waiting.set(id, {resolve, reject});
    signal?.addEventListener("abort", () => {
      waiting.delete(id);
      reject(signal.reason);
    });
    worker.postMessage({id, name, request});
  });
}

function download({path, content}) {
  const link = make("a", {download: path.split("/").at(-1),
    href: URL.createObjectURL(new Blob([content]))});
  link.click();
  URL.revokeObjectURL(link.href);
}
