/**
 * The viewer in a notebook: the page of the report in a frame, and its selection, color and open module as traits.
 * The page's side is viewer/src/state/host.ts.
 */

const KINDS = { selection: 'selection', colorBy: '_color_by', module: 'module' };
const AGAIN_MS = 300;

function bytesOf(view) {
  return view instanceof DataView
    ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
    : new Uint8Array(view);
}

/** Row numbers from the bytes of a trait, which may begin anywhere in a buffer. */
function rowsOf(value) {
  return new Int32Array(bytesOf(value).slice().buffer);
}

function toPage(kind, value) {
  if (kind === 'selection') return { kind, rows: rowsOf(value) };
  return kind === 'colorBy' ? { kind, color: value } : { kind, module: value };
}

function toTrait(message) {
  if (message.kind !== 'selection') return message.kind === 'colorBy' ? message.color : message.module;
  const { rows } = message;
  return new DataView(rows.buffer, rows.byteOffset, rows.byteLength);
}

function render({ model, el }) {
  const page = URL.createObjectURL(new Blob([bytesOf(model.get('_page'))], { type: 'text/html' }));
  const frame = document.createElement('iframe');
  frame.className = 'whymap-view';
  frame.title = 'whymap';
  frame.style.cssText = `width:100%;height:${model.get('height')}px;border:1px solid #8884;border-radius:6px`;
  frame.src = page;
  el.append(frame);

  let port = null;
  let ready = false;
  let heard = false;
  const changes = Object.entries(KINDS).map(([kind, trait]) => {
    const tell = () => {
      // what the page said itself is not said to it again
      if (ready && !heard) port.postMessage(toPage(kind, model.get(trait)));
    };
    model.on(`change:${trait}`, tell);
    return [`change:${trait}`, tell];
  });
  const hear = ({ data }) => {
    if (data.kind === 'ready') {
      ready = true;
      clearInterval(trying);
      for (const [kind, trait] of Object.entries(KINDS)) {
        const value = model.get(trait);
        const isSet =
          kind === 'selection' ? value.byteLength > 0 : kind === 'module' ? value !== null : value !== '';
        if (isSet) port.postMessage(toPage(kind, value));
      }
      return;
    }
    heard = true;
    model.set(KINDS[data.kind], toTrait(data));
    model.save_changes();
    heard = false;
  };
  const connect = () => {
    if (ready || !frame.contentWindow) return;
    const channel = new MessageChannel();
    port = channel.port1;
    port.onmessage = hear;
    frame.contentWindow.postMessage({ whymap: 'connect' }, '*', [channel.port2]);
  };
  // the page listens once its explanation is unpacked
  const trying = setInterval(connect, AGAIN_MS);
  return () => {
    clearInterval(trying);
    for (const [name, tell] of changes) model.off(name, tell);
    port?.close();
    URL.revokeObjectURL(page);
  };
}

export default { render };
