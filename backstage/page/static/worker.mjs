// Python in a web worker: starts Pyodide, unpacks the project, and answers requests one at a time.
// Messages from it: {done}, how many of the three steps of the start, or {failed: message}; to it:
// {name, request}, with a port that {reply, file} goes to.

import {loadPyodide, version} from "./pyodide.mjs";

const CDN = `https://cdn.jsdelivr.net/pyodide/v${version}/full/`;

const plainFetch = globalThis.fetch;
globalThis.fetch = async (...details) => {  // Pyodide waits forever for a file that is not there
  const response = await plainFetch(...details);
  if (!response.ok) postMessage({failed: `${response.url} could not be loaded`});
  return response;
};

const started = start();
started.catch(error => postMessage({failed: error.message}));
let last = started;

async function start() {
  let done = 0;
  const step = result => {
    done += 1;
    postMessage({done});
    return result;
  };
  const [python, project] = await Promise.all([
    loadPyodide({indexURL: "./", packageBaseUrl: CDN}).then(step),
    fetch("project.zip").then(response => response.arrayBuffer()).then(step)]);
  python.unpackArchive(project, "zip");
  python.runPython(`
import sys
sys.path.insert(0, ".")
import neural_net
from backstage.page import in_browser
answer = in_browser.answers(neural_net.Net, neural_net.__file__)`);
  return step(python);
}

async function answer({name, request}) {
  const python = await started;
  if (name === "picture") {  // the only route that needs packages
    await python.loadPackage(["numpy", "pillow"], {messageCallback() {}, errorCallback() {}})
      .catch(() => {});
    if (!python.loadedPackages.numpy || !python.loadedPackages.pillow) {
      throw new Error("Opening a picture needs NumPy and Pillow, which this browser loads from "
        + "cdn.jsdelivr.net. They could not be loaded; drawing works without them.");
    }
  }
  const reply = python.globals.get("answer")(name, JSON.stringify(request));
  const path = name === "save" && JSON.parse(reply).result?.path;
  return {reply, file: path ? {path, content: python.FS.readFile(path)} : null};
}

onmessage = ({data, ports: [port]}) => {
  last = last.then(() => answer(data))
    .catch(error => ({reply: JSON.stringify({error: error.message.slice(-300)})}))
    .then(result => port.postMessage(result));
};
