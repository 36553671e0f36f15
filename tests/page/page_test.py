#!/usr/bin/python3
"""The status page in a real Chromium: its policy holds, it works without JavaScript, by keyboard,
for a screen reader, on a phone, in light and dark, and it renews itself when the daemon's word
changes. Give a folder as third argument to keep screenshots."""

import http.server
import os
import shutil
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from browser import Browser  # noqa: E402

RENDER = sys.argv[1]
KEEP = sys.argv[2] if len(sys.argv) > 2 else None


def rendered(what, state, *only):
    return subprocess.run([RENDER, what, state, *only], check=True, stdout=subprocess.PIPE).stdout


class Stand(http.server.BaseHTTPRequestHandler):
    """Answers as the daemon would; `state` may be changed between two looks."""

    state = "healthy"
    gone = False

    def do_GET(self):
        if Stand.gone:
            self.close_connection = True
            return
        path, _, query = self.path.partition("?")
        kind = "page" if path == "/" else "status"
        body = rendered(kind, Stand.state, query.removeprefix("profile="))
        self.send_response(200)
        self.send_header("Content-Type",
                         "text/html; charset=utf-8" if kind == "page" else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Security-Policy", rendered("policy", Stand.state).decode())
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stand)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.url = f"http://127.0.0.1:{cls.server.server_address[1]}/"
        cls.browser = Browser().__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()
        cls.server.shutdown()

    def setUp(self):
        Stand.state, Stand.gone = "healthy", False

    def open(self, state, width=1000, height=900, **how):
        Stand.state = state
        self.browser.look(width, height, **how)
        self.browser.visit(self.url)

    def text(self):
        return self.browser.evaluate("document.body.innerText")

    def wait_until(self, expression, limit=120):
        end = time.monotonic() + limit
        while not self.browser.evaluate(expression):
            self.assertLess(time.monotonic(), end, "never true: " + expression)
            time.sleep(0.1)

    def test_breaks_no_rule_of_its_own_policy_and_loads_nothing_from_elsewhere(self):
        for state in ("healthy", "troubled"):
            self.open(state)
            self.browser.evaluate("new Promise(done => setTimeout(done, 300))")
            self.assertEqual(self.browser.complaints(), [])
            for url in self.browser.requests():
                self.assertTrue(url.startswith((self.url, "data:")), url)

    def test_policy_stops_a_foreign_script(self):
        self.open("healthy")
        self.browser.evaluate("""(() => {
            const s = document.createElement('script'); s.textContent = 'window.injected = 1';
            document.body.append(s); })()""")
        self.assertIsNone(self.browser.evaluate("window.injected"))
        self.assertTrue(any("Content Security Policy" in one for one in self.browser.complaints()))

    def test_is_styled_under_its_policy(self):
        self.open("healthy")
        colour = self.browser.evaluate("getComputedStyle(document.body).backgroundColor")
        self.assertEqual(colour, "rgb(252, 252, 250)")

    def test_says_everything_without_script(self):
        self.open("troubled", script=False)
        self.browser.call("Emulation.setScriptExecutionDisabled", value=False)
        text = self.text()
        for word in ("mdh-lab", "mdh-cohort-2026", "refuses access to project RK.1234.Archive <403>",
                     "What to do", "ask its coordinator", "7 min slow", "read-only file system"):
            self.assertIn(word, text)
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('.code button').length"), 0)

    def test_counts_down_and_copies_with_script(self):
        self.open("healthy")
        self.browser.evaluate("new Promise(done => setTimeout(done, 1200))")
        self.assertEqual(self.browser.evaluate("document.querySelector('[data-left]').textContent"), "41 min")
        self.browser.evaluate("document.querySelector('[data-left]').dataset.left = '125'")
        self.wait_until("/^2 min 0\\d s$/.test(document.querySelector('[data-left]').textContent)")
        self.wait_until("/^1 min \\d\\d s$/.test(document.querySelector('[data-left]').textContent)")
        self.assertGreater(
            self.browser.evaluate("document.querySelectorAll('.code button').length"), 0)

    def test_shows_the_exact_lines_to_copy(self):
        self.open("healthy")
        code = self.browser.evaluate("[...document.querySelectorAll('pre')].at(-1).textContent")
        self.assertIn(
            "export AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:6340/credentials/mdh-lab;\n",
            code)
        self.assertIn("export AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=/home/ada/", code)
        self.assertIn("unset ", code)

    def test_renews_itself_and_keeps_what_the_reader_opened(self):
        self.open("healthy")
        self.browser.evaluate("document.querySelector('details[id^=history]').open = true")
        self.wait_until("performance.getEntriesByType('resource').length > 0")
        Stand.state = "troubled"
        self.wait_until("document.querySelectorAll('.profile').length === 4")
        self.assertTrue(self.browser.evaluate(
            "document.getElementById('history-mdh-lab').open"))
        self.assertIn("mdh-archive", self.browser.evaluate(
            "document.getElementById('news').textContent"))
        self.assertEqual(self.browser.complaints(), [])

    def test_says_so_when_the_daemon_is_gone(self):
        self.open("healthy")
        self.wait_until("performance.getEntriesByType('resource').length > 0")
        Stand.gone = True
        self.wait_until("!document.getElementById('lost').hidden")
        Stand.gone = False
        self.wait_until("document.getElementById('lost').hidden")

    def test_fits_a_phone(self):
        for state in ("healthy", "troubled", "forty"):
            self.open(state, width=320, height=740)
            self.assertLessEqual(
                self.browser.evaluate("document.documentElement.scrollWidth"), 320)

    def test_is_walked_by_keyboard(self):
        self.open("troubled")
        seen = []
        for _ in range(40):
            self.browser.press("Tab")
            seen.append(self.browser.evaluate(
                "document.activeElement.tagName + ' ' + (document.activeElement.parentElement || {}).id"))
        self.assertTrue(seen[0].startswith("A "), seen)
        for name in ("mdh-lab", "mdh-cohort-2026", "mdh-archive", "mdh-new"):
            self.assertIn("SUMMARY p-" + name, seen)
        self.browser.evaluate("document.querySelector('#p-mdh-lab > summary').focus()")
        self.browser.press("Enter")
        self.assertTrue(self.browser.evaluate("document.getElementById('p-mdh-lab').open"))

    def test_speaks_to_a_screen_reader(self):
        self.open("troubled")
        nodes = self.browser.call("Accessibility.getFullAXTree")["nodes"]
        spoken = {(n["role"]["value"], n.get("name", {}).get("value", ""))
                  for n in nodes if not n.get("ignored") and "role" in n}
        for role, name in (("image", "The last 24 hours: 46 refreshes, 23 failures"),
                           ("heading", "1 of 4 profiles without valid credentials: mdh-archive")):
            self.assertIn((role, name), spoken)
        self.assertFalse([name for role, name in spoken if role == "group" and "UTC" in name])
        self.assertTrue(self.browser.evaluate("document.documentElement.lang === 'en'"))
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('main').length"), 1)

    def test_finds_one_of_a_thousand(self):
        self.open("thousand")
        self.assertLess(len(rendered("page", "thousand")), 200 * 1024)
        shown = "[...document.querySelectorAll('.profile, .rows li')].filter(e => !e.hidden).length"
        self.assertEqual(self.browser.evaluate(shown), 1000)
        self.assertTrue(self.browser.evaluate(
            "document.querySelector('.profile').id === 'p-mdh-archive'"), "the worst is first")
        self.browser.evaluate("""(() => { const box = document.getElementById('search'); box.value = 'STUDY-1777';
            box.dispatchEvent(new Event('input', {bubbles: true})); })()""")
        self.assertEqual(self.browser.evaluate(shown), 1)
        self.browser.visit(self.url + "?profile=mdh-study-1777")
        self.assertTrue(self.browser.evaluate("document.getElementById('p-mdh-study-1777').open"))
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('.profile').length"), 1)

    def test_tells_states_apart_without_colour(self):
        self.open("troubled")
        shapes = self.browser.evaluate("""[...document.querySelectorAll('.profile')].map(e =>
            e.querySelector('.sign').innerHTML + e.querySelector('.state').textContent)""")
        self.assertEqual(len(set(shapes)), 4, "a sign and a word of its own for each state")
        heights = self.browser.evaluate("""['ok', 'no'].map(kind => [...new Set([...document.querySelectorAll(
            '#p-mdh-archive .day rect.' + kind)].map(e => e.getAttribute('height')))].sort().join())""")
        self.assertNotEqual(heights[0], heights[1], "bars differ in height")

    def test_has_contrast_in_light_and_dark(self):
        for dark in (False, True):
            self.open("troubled", dark=dark)
            self.assertEqual(self.browser.evaluate(CONTRAST), [])

    def test_screenshots(self):
        if KEEP is None:
            self.skipTest("no folder to keep them in")
        for state in ("healthy", "troubled", "forty", "thousand"):
            for name, width, height, dark in (("light", 1000, 900, False), ("dark", 1000, 900, True),
                                              ("phone", 390, 844, False)):
                self.open(state, width, height, dark=dark)
                self.browser.evaluate("new Promise(done => setTimeout(done, 1200))")
                self.browser.screenshot(os.path.join(KEEP, f"{state}-{name}.png"))


# WCAG 2.1 contrast (1.4.3) of every element that holds text of its own, against the first opaque
# background behind it; those under 4.5 are returned.
CONTRAST = """(() => {
  const parse = (c) => (c.match(/[\\d.]+/g) || []).map(Number);
  const lum = ([r, g, b]) => {
    const f = (v) => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
    return .2126 * f(r) + .7152 * f(g) + .0722 * f(b); };
  const behind = (e) => { for (; e; e = e.parentElement) {
    const c = parse(getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] === 1) return c; } return [255, 255, 255]; };
  const bad = [];
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    if (e.closest('script, svg') || e.getClientRects().length === 0) continue;
    const a = lum(parse(getComputedStyle(e).color)), b = lum(behind(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) bad.push(e.tagName + '.' + e.className + ' ' + ratio.toFixed(2));
  }
  return bad; })()"""

if __name__ == "__main__":
    if shutil.which("chromium") is None:
        print("skipped: no chromium (Debian package chromium)")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1], verbosity=1)
