"""The room in a real browser: few and whole scenarios. `make test-room` runs them, with Debian's chromium and what ``--group room`` installs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(not (CHROMIUM and "REFTEL_BROWSER" in os.environ), reason="needs chromium and Playwright; `make test-room` runs it")

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 800}
OWNER = '"Minsk Group" AND precedent'
_FOUND = "5 cables"


@pytest.fixture(scope="module")
def address(samples):
    """The address of a room that `reftel serve` opened on the samples."""
    command = [sys.executable, "-m", "reftel", "serve", "--archive", str(samples), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as room:
        told = re.search(r"http://\S+", room.stdout.readline())
        assert told
        yield told[0].rstrip("/")
        room.terminate()


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="the browser tests need Playwright; `make test-room` installs it")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, address):
    """Opens a page of the room in a window of its own. No console error and no request to elsewhere is forgiven."""
    faults, windows = [], []

    def opened(path="/", *, viewport=None, **options):
        window = browser.new_context(viewport=viewport or DESK, **options)
        windows.append(window)
        page = window.new_page()
        page.on("console", lambda message: message.type in ("error", "warning") and faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: request.url.startswith(address) or faults.append(request.url))
        page.goto(address + path)
        return page

    yield opened
    for window in windows:
        window.close()
    assert not faults


@pytest.fixture
def shot():
    """Keeps a picture of a page, where a folder for it is named."""

    def keep(page, name):
        if folder := os.environ.get("REFTEL_SHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return keep


def _ask(page, text):
    page.fill("#q", text)
    page.press("#q", "Enter")


def _heading(page, text):
    page.locator(f"h1:text-is('{text}')").wait_for()


@pytest.mark.parametrize("scripts", [True, False], ids=["with a script", "without JavaScript"])
def test_the_owners_question_narrowing_a_cable_and_back(open_page, shot, scripts):
    page = open_page(java_script_enabled=scripts)
    _ask(page, OWNER)
    _heading(page, _FOUND)
    shot(page, f"search-{scripts}")
    page.click("a.value:has-text('CONFIDENTIAL')")
    _heading(page, "3 cables")
    assert "only=class%3ACONFIDENTIAL" in page.url
    page.click(".chips a:has-text('CONFIDENTIAL')")
    _heading(page, _FOUND)
    page.click("a.exclude[aria-label='Exclude MOSCOW']")
    _heading(page, "4 cables")
    page.go_back()
    _heading(page, _FOUND)
    page.click(".hit h2 a:has-text('GUIDANCE FOR A WALK')")
    page.wait_for_url("**/cable/08STATE900112?q=*")
    assert page.locator(".text mark").all_inner_texts() == ["Minsk", "Group", "precedent"]
    shot(page, f"cable-{scripts}")
    page.click(".margin a:has-text('¶3')")
    assert page.url.endswith("#p3")


def test_a_mistake_and_its_fix_and_nothing_found(open_page, shot):
    page = open_page("/search?q=minsk")
    _ask(page, "singer:pellerin")
    page.locator(".fault").wait_for()
    assert page.locator(".fault").inner_text() == "singer"
    shot(page, "mistake")
    page.click(".fixes a")
    page.locator(".hit").first.wait_for()
    assert page.input_value("#q") == "signer:pellerin"
    _ask(page, "precedant from:baku")
    page.locator(".nothing").wait_for()
    shot(page, "nothing")
    page.click(".nothing code:text-is('precedent from:baku')")
    _heading(page, "1 cable")
    assert "1 cable found" in page.locator("#status").inner_text()  # told to screen readers


def test_an_export_arrives_with_its_progress(open_page):
    page = open_page("/search?q=minsk")
    page.click(".export summary")
    with page.expect_download() as waiting:
        page.click(".export a:has-text('Spreadsheet')")
    lines = Path(waiting.value.path()).read_text("utf-8").splitlines()
    assert lines[0].startswith("key,id,date")
    page.locator(".progress:has-text('13 of 13 cables written')").wait_for()


def test_dragging_over_the_timeline_narrows_to_a_span(open_page, shot):
    page = open_page("/search?q=*&only=class:CONFIDENTIAL")
    bars = page.locator(".timeline .picture a")
    first, last = (bars.nth(place).bounding_box() for place in (-4, -2))
    page.mouse.move(first["x"] + first["width"] / 2, first["y"] + 40)
    assert page.locator(".timeline .said").inner_text() == bars.nth(-4).get_attribute("aria-label")  # hovering tells counts and share
    span = [bars.nth(place).get_attribute("aria-label").partition(":")[0] for place in (-4, -2)]
    page.mouse.down()
    page.mouse.move(last["x"] + last["width"] / 2, last["y"] + 60, steps=5)
    shot(page, "drag")
    assert page.locator(".timeline a.chosen").count() == 3
    page.mouse.up()
    page.wait_for_url(f"**only=date%3A{'..'.join(span)}")
    assert "only=class%3ACONFIDENTIAL" in page.url
    page.locator(".chips a:has-text('..')").wait_for()
    page.go_back()
    page.locator(".chips a:has-text('..')").wait_for(state="detached")
    bars.nth(-2).click()  # without dragging it leads to its own time
    page.locator(".chips a:has-text('Date')").wait_for()
    assert ".." not in page.url


@pytest.mark.parametrize("name", ["timeline", "heatmap", "map", "network"])
def test_a_picture_by_the_keyboard_alone(open_page, shot, name):
    page = open_page("/search?q=*")
    link = page.locator(f".pictures a[href^='/{name}?']")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{name}?q=*")
    mark = page.locator(".picture a").first
    for _press in range(40):
        page.keyboard.press("Tab")
        if mark.evaluate("mark => mark === document.activeElement"):
            break
    assert page.locator(".said").inner_text() == mark.get_attribute("aria-label")
    shot(page, f"picture-{name}")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cable/**" if name == "network" else "**/search?*only=*")


def test_the_keyboard_alone_is_enough(open_page):
    page = open_page("/search?q=*")
    page.keyboard.press("/")
    page.keyboard.press("Control+A")
    page.keyboard.type(OWNER)
    page.keyboard.press("Enter")
    _heading(page, _FOUND)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cable/10MOSCOW9015?q=*")
    page.keyboard.press("n")
    assert page.locator("mark.here").inner_text() == "Minsk"
    page.keyboard.press("?")
    page.wait_for_url("**/help#keys")


def test_words_are_completed_while_they_are_typed(open_page):
    page = open_page()
    page.type("#q", "from:bak")
    page.locator("#proposals option[value='from:BAKU']").wait_for(state="attached")


@pytest.mark.parametrize("path", [f"/search?q={OWNER.replace(' ', '+')}", "/cable/08STATE900112?q=walk", "/", "/help", "/timeline?q=*", "/heatmap?q=*",
                                  "/map?q=*", "/network?q=*", "/cable/08STATE900112/network"])  # fmt: skip
def test_a_phone_needs_no_scrolling_to_the_side(open_page, shot, path):
    page = open_page(path, viewport=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    shot(page, f"phone-{path.strip('/').partition('?')[0].replace('/', '-') or 'home'}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_page, address, shot, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="the browser tests need axe; `make test-room` installs it").Axe()
    page = open_page(color_scheme=scheme)
    for path in ("/", f"/search?q={OWNER}", "/search?q=minsk&only=from:BAKU&without=class:SECRET", "/search?q=singer:x", "/search?q=precedant+from:baku",
                 "/cable/08STATE900112?q=walk", "/cable/08RABAT9088/texts", "/saved", "/help",
                 "/timeline?q=*", "/heatmap?q=minsk", "/map?q=*", "/network?q=minsk&only=class:SECRET", "/network?q=zzyzx", "/cable/08STATE900112/network?depth=2"):  # fmt: skip
        page.goto(address + path)
        for folded in page.locator("summary").all():
            if not folded.evaluate("summary => summary.parentElement.open"):
                folded.click()
        found = axe.run(page)
        assert not found.response["violations"], (path, found.generate_report())
        shot(page, f"{scheme}-{re.sub('[^a-z]+', '-', path.lower()).strip('-') or 'home'}")
