// Python in a web worker: starts Pyodide, unpacks the project, and answers requests one at a time.
// Messages to it: {id, name, request}; from it: {loaded}, the bytes that have come so far,
// {ready: true}, {failed: message}, or {id, reply, file}.

import {loadPyodide, version} from "./pyodide.mjs";

const CDN = `https://cdn.jsdelivr.net/pyodide/v${version}/full/`;

let loaded = 0;
const plainFetch = globalThis.fetch;
globalThis.fetch = async (...details) => {  // the same, counting
  const response = await plainFetch(...details);
  if (!response.ok) {
    postMessage({failed: `${response.url} could not be loaded`});
    return response;
  }
  const counted = response.body.pipeThrough(new TransformStream({
    transform(chunk, controller) {
      loaded += chunk.length;
      postMessage({loaded});
      controller.enqueue(chunk);
    },
  }));
  return new Response(counted, response);
};

const started = start();
started.catch(error => postMessage({failed: error.message}));
let last = started;

async function start() {
  const [python, project] = await Promise.all([
    loadPyodide({indexURL: "./", packageBaseUrl: CDN}),
    fetch("project.zip").then(response => response.arrayBuffer())]);
  python.unpackArchive(project, "zip");
  python.runPython(`
import sys
sys.path.insert(0, ".")
import neural_net
from backstage.page import in_browser
answer = in_browser.answers(neural_net.Net, neural_net.__file__)`);
  postMessage({ready: true});
  return python;
}

async function answer({id, name, request}) {
  const python = await started;
  if (name === "picture") {  // the only route that needs packages
    await python.loadPackage(["numpy", "pillow"], {messageCallback() {}, errorCallback() {}})
      .catch(() => {});
    if (!python.loadedPackages.numpy || !python.loadedPackages.pillow) {
      const error = "Opening a picture needs NumPy and Pillow, which this browser loads from "
        + "cdn.jsdelivr.net. They could not be loaded; drawing works without them.";
      postMessage({id, reply: JSON.stringify({error})});
      return;
    }
  }
  const reply = python.globals.get("answer")(name, JSON.stringify(request));
  const path = name === "save" && JSON.parse(reply).result?.path;
  postMessage({id, reply, file: path ? {path, content: python.FS.readFile(path)} : null});
}

onmessage = ({data}) => {
  last = last.then(() => answer(data)).catch(error => postMessage(
    {id: data.id, reply: JSON.stringify({error: String(error.message).slice(-300)})}));
};
