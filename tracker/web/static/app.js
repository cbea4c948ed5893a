// Small comforts; every page works without them.
"use strict";

// Guard against a second press while the first is on its way.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  // A form that only fetches a file leaves the page standing, and may be pressed again.
  if (form.method === "post" && !("again" in form.dataset)) {
    form.dataset.sent = "yes";
  }
});

// A page taken from the browser's history may be pressed again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// The menu of the signed-in person closes when somebody presses elsewhere.
document.addEventListener("click", (event) => {
  document.querySelectorAll("details.person-menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) {
      menu.open = false;
    }
  });
});

// Copy buttons appear only where copying works; a browser may refuse, then the text is selected.
document.querySelectorAll("[data-copy]").forEach((button) => {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = "已复制";
    } catch {
      button.textContent = document.execCommand("copy") ? "已复制" : "请按 Ctrl+C";
    }
  });
});

// Sign-in page of the sample: fills the form with somebody's login and password.
document.querySelectorAll(".needs-script").forEach((cell) => cell.classList.remove("needs-script"));
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-login]");
  if (!button) {
    return;
  }
  document.getElementById("login").value = button.dataset.login;
  document.getElementById("password").value = button.dataset.password;
  document.querySelector(".sign-in form button").focus();
});

// A file that is being read: the bar moves, and the page is opened anew when there is something else to see on it.
document.querySelectorAll("[data-reading]").forEach((panel) => {
  const bar = panel.querySelector("progress");
  const words = panel.querySelector("[data-words]");
  async function look() {
    try {
      const answer = await fetch(panel.dataset.reading, { headers: { Accept: "application/json" } });
      if (answer.redirected || (answer.status >= 400 && answer.status < 500)) {
        location.reload();
        return;
      }
      const found = await answer.json(); // an error page of the server is no JSON: asked again
      if (!found.goes_on) {
        location.reload();
        return;
      }
      if (found.total) {
        bar.max = found.total;
        bar.value = found.done;
      }
      if (words.textContent !== found.words) {
        words.textContent = found.words;
      }
    } catch {
      // The network may come back.
    }
    setTimeout(look, 1000);
  }
  setTimeout(look, 1000);
});
