// The page around textual-serve's terminal: where its socket is, a font that is there before cells are measured, keys that go to it
// without a click, and what is said when it ends.
"use strict";

(() => {
  const BACK = "It comes back by itself once the server is there again.";
  const LEFT = "The board was left.";
  const ENDED = 1001; // the server's word for its own end
  const AGAIN = 2000; // milliseconds from one look for the server to the next
  const FONTS = 5000; // milliseconds that fonts may take; without them it is drawn in another
  const terminal = document.getElementById("terminal");
  const over = document.getElementById("over");
  const again = document.getElementById("again");
  let words = "";

  const address = new URL("ws", document.baseURI);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  address.search = address.hash = "";
  terminal.dataset.sessionWebsocketUrl = address.href;
  const wished = Number(new URLSearchParams(location.search).get("fontsize"));
  const size = Number.isFinite(wished) && wished >= 6 && wished <= 72 ? wished : 16;
  terminal.dataset.fontSize = String(size);

  // Of somebody who is signed in already, and opened the printed address again.
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);

  const reload = () => location.reload();
  again.addEventListener("click", reload);

  const closed = (event) => {
    const lost = !event.wasClean || event.code === ENDED;
    document.getElementById("why").textContent = [words || (lost ? "The connection to the board was lost." : LEFT), lost ? BACK : ""].join(" ");
    over.hidden = false;
    again.focus();
    if (lost) setTimeout(look, AGAIN);
  };

  // A proxy answers for a server that is not there, and a server that is ending says that: neither has a page to show.
  const look = async () => {
    const there = await fetch("alive", { cache: "no-store" }).then(
      (answer) => answer.status < 500,
      () => false,
    );
    if (there) reload();
    else setTimeout(look, AGAIN);
  };

  // textual-serve's script makes the socket, and keeps it to itself.
  window.WebSocket = class extends window.WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener("close", closed);
      this.addEventListener("message", (event) => {
        if (typeof event.data !== "string") {
          if (over.hidden && !terminal.contains(document.activeElement)) focus();
          return;
        }
        const [kind, said] = JSON.parse(event.data);
        if (kind === "words") words = String(said);
      });
    }
  };

  const focus = () => terminal.querySelector("textarea")?.focus({ preventScroll: true });

  const begin = () => {
    const script = document.createElement("script");
    script.src = "static/js/textual.js";
    // It waits for the window to be loaded, which may have been before it was.
    script.addEventListener("load", () => {
      if (document.readyState === "complete") window.onload(new Event("load"));
    });
    document.head.append(script);
  };

  const fonts = ["", "bold ", "italic "].map((kind) => document.fonts.load(`${kind}${size}px "Roboto Mono"`));
  Promise.race([Promise.allSettled(fonts), new Promise((done) => setTimeout(done, FONTS))]).then(begin);
})();
