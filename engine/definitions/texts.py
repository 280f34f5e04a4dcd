"""The words of a service in both languages. The diagram's and the forms' own words serve their language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

from engine.sentences import Sentence

from .declarations import yaml_of

if TYPE_CHECKING:
    from engine.forms import Included

    from .bundle import Bundle
    from .findings import Findings

LANGUAGES = ("zh", "en")
_SECTIONS = {
    "service",
    "processes",
    "elements",
    "outcomes",
    "deadlines",
    "reasons",
    "messages",
    "forms",
    "letters",
    "notices",
    "units",
}


@dataclass(frozen=True)
class Texts:
    """Words by language and path, such as `elements.review_request.name`."""

    languages: Mapping[str, Mapping[str, Any]]
    own: Mapping[str, Mapping[str, str]]
    """What diagram and forms say themselves, by language and path."""

    def get(self, language: str, *path: str) -> str | None:
        """Give the words at a path, or None when there are none in that language."""
        found: Any = self.languages.get(language, {})
        for step in path:
            found = found.get(step) if isinstance(found, Mapping) else None
        if isinstance(found, (str, int)) and not isinstance(found, bool):
            return str(found)
        return self.own.get(language, {}).get(".".join(path))

    def say(self, language: str, *path: str) -> str:
        """Give the words at a path in the language, else in another one, else the last step of the path."""
        for candidate in (language, *(other for other in LANGUAGES if other != language)):
            found = self.get(candidate, *path)
            if found:
                return found
        return path[-2] if path[-1] == "name" and len(path) > 1 else path[-1]

    def section(self, language: str, *path: str) -> Mapping[str, Any]:
        """Give a whole part, such as a letter's words; empty when there is none."""
        found: Any = self.languages.get(language, {})
        for step in path:
            found = found.get(step) if isinstance(found, Mapping) else None
        return found if isinstance(found, Mapping) else {}


def read_texts(
    bundle: Bundle,
    own: Mapping[str, Mapping[str, str]],
    findings: Findings,
    included: Mapping[str, Sequence[Included]],
) -> Texts:
    """Read the text files of both languages; a broken or missing one is a finding.

    The service's words win over those of shared parts, each by itself. included: the forms whose fields stand
    in another form, by that form; their words are found there, too.
    """
    languages: dict[str, Mapping[str, Any]] = {}
    for language in LANGUAGES:
        file = f"texts.{language}.yaml"
        if file not in bundle.files:
            findings.add(
                file,
                "texts_missing",
                Sentence("Expected a file {file} with the words of the service.", file=file),
            )
        read = [_read_file(bundle, path, findings) for path in (f"shared/{file}", file)]
        found = [words for words in read if words is not None]
        if found:
            languages[language] = _with_included(reduce(_merged, found), included)
    return Texts(languages, own)


def _read_file(bundle: Bundle, file: str, findings: Findings) -> Mapping[str, Any] | None:
    words = yaml_of(bundle, file, findings)
    if words is None:
        return None
    for section in words.keys() - _SECTIONS:
        message = Sentence(
            "Expected one of {listed}, but got {section!r}.",
            listed=", ".join(sorted(_SECTIONS)),
            section=section,
        )
        findings.add(file, "texts_unknown_section", message, severity="warning")
    return words


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> Mapping[str, Any]:
    """Lay words over others; where both have a part, that is merged too."""
    found = dict(below)
    for key, value in above.items():
        under = found.get(key)
        if isinstance(under, Mapping) and isinstance(value, Mapping):
            found[key] = _merged(under, value)
        else:
            found[key] = value
    return found


def _with_included(words: Mapping[str, Any], included: Mapping[str, Sequence[Included]]) -> Mapping[str, Any]:
    """Give words in which a form has those of the forms that it includes, its own above them."""
    sections = words.get("forms")
    if not isinstance(sections, Mapping) or not included:
        return words
    forms = dict(sections)
    for form, parts in included.items():
        layers = [_words_of(sections.get(part.form), part) for part in parts]
        own: object = sections.get(form)
        if isinstance(own, Mapping):
            layers.append(own)
        forms[form] = reduce(_merged, layers)
    return {**words, "forms": forms}


def _words_of(section: object, part: Included) -> Mapping[str, Any]:
    """Give the words of an included form's fields and problems, not its title."""
    found: dict[str, Any] = {}
    for key in ("fields", "problems"):
        words = section.get(key) if isinstance(section, Mapping) else None
        if isinstance(words, Mapping):
            found[key] = {part.renamed.get(name, name): value for name, value in words.items()}
    return found


def check_texts(
    texts: Texts, needed: Iterator[tuple[str, ...]], optional: Iterator[tuple[str, ...]], findings: Findings
) -> None:
    """Every needed path must have words in both languages; an optional one in both or in none."""
    for path in needed:
        for language in LANGUAGES:
            if language in texts.languages and not texts.get(language, *path):
                message = Sentence(
                    "Expected words for {path}, but there are none in this language.", path=".".join(path)
                )
                findings.add(f"texts.{language}.yaml", "text_missing", message, "Add them.")
    for path in optional:
        present = {language for language in LANGUAGES if texts.get(language, *path)}
        if present and present != set(LANGUAGES):
            (missing,) = set(LANGUAGES) - present
            message = Sentence("Expected words for {path} in both languages or in none.", path=".".join(path))
            findings.add(f"texts.{missing}.yaml", "text_missing", message, "Add them.")
