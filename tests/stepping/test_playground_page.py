"""The page of the playground: one file that asks for nothing, built from what is in web/."""

import re
import shutil
import subprocess
from base64 import b64encode
from hashlib import sha256
from html import unescape
from pathlib import Path

import pytest
from helpers.house import ROOT
from helpers.needed import missing

import minigrad as mg

WEB = ROOT / "minigrad/stepping/web"
GRAPHVIZ = ROOT / "minigrad/pictures/graphviz/graphviz.js"
TOOLS = ROOT / "tools/web"


@pytest.fixture(scope="module")
def page() -> str:
    return mg.playground()


def test_it_is_one_file_of_less_than_two_and_a_half_megabytes(page: str):
    assert len(page.encode()) < 2_500_000
    assert page.count("<script>") == 2
    markup = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r"<(link|img|iframe)|\ssrc=|@import|url\(", markup)


def test_its_policy_allows_its_own_scripts_and_styles_and_no_request(page: str):
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-inline" not in policy
    for tag in ("script", "style"):
        for text in re.findall(rf"<{tag}>(.*?)</{tag}>", page, flags=re.DOTALL):
            digest = b64encode(sha256(text.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy


def test_the_licences_of_graphviz_stand_in_it(page: str):
    for line in ("Copyright (c) 2023 Michael Daines", "Eclipse Public License - v 1.0", "Expat"):
        assert line in page


def test_its_themes_are_those_of_pictures(page: str):
    from minigrad.pictures import THEMES

    for theme in THEMES.values():
        assert f"--gradient: {theme.gradient};" in page


def test_a_notebook_has_it_in_a_frame_that_cannot_reach_the_notebook(page: str):
    shown = page._repr_html_()
    frame = re.fullmatch(r'<iframe [^<>]*sandbox="([^"]*)"[^<>]*srcdoc="([^"]*)"></iframe>', shown)
    assert "allow-same-origin" not in frame[1].split()
    assert unescape(frame[2]) == page


def test_it_is_written_whole_and_a_folder_that_is_not_there_is_named(tmp_path: Path, page: str):
    mg.playground(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == page
    with pytest.raises(FileNotFoundError, match="nowhere"):
        mg.playground(tmp_path / "nowhere" / "page.html")


@pytest.mark.skipif(not TOOLS.exists(), reason="needs all files of a clone")
def test_what_is_committed_is_what_the_sources_build(tmp_path: Path):
    if not (shutil.which("npm") and shutil.which("node")):
        missing("npm", "apt-get install nodejs npm")
    project = tmp_path / "tools/web"
    shutil.copytree(TOOLS, project, ignore=shutil.ignore_patterns("node_modules"))
    shutil.copytree(WEB, tmp_path / "minigrad/stepping/web")
    done = subprocess.run(
        ["npm", "ci", "--silent"], cwd=project, capture_output=True, text=True, timeout=300
    )
    if done.returncode:
        missing("the packages of tools/web", f"npm ci in tools/web ({done.stderr[:200].strip()})")
    subprocess.run(["node", "build.mjs", "built"], cwd=project, check=True, timeout=120)
    for committed in (GRAPHVIZ, *sorted((WEB / "built").glob("*.js"))):
        fresh = (project / "built" / committed.name).read_bytes()
        assert fresh == committed.read_bytes(), (
            f"{committed.name} is old: run npm ci and npm run build in tools/web, and commit it"
        )


@pytest.mark.skipif(not TOOLS.exists(), reason="needs all files of a clone")
def test_the_lock_file_names_no_registry():
    lock = (TOOLS / "package-lock.json").read_text(encoding="utf-8")
    assert "resolved" not in lock
    assert "http" not in lock
