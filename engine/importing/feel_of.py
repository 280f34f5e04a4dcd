"""Says in FEEL what an expression of another engine says; refuses what FEEL has no words for.

Where the languages differ in a value that is missing, FEEL's null is kept, and a condition is made one that is
true or false: there the other engines count null as false.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from . import juel
from .feel_methods import EMPTY, TEXT_METHODS
from .juel import Call, Choice, Constant, Member, Name, Pair, Prefix, TranslationError, Tree

BUSINESS_KEY = "business_key"
"""The variable that stands for what other engines call the business key."""
OTHERWISE = "otherwise"
"""The text that stands for all with which nothing is compared, where one of those is decided by."""
_SIGNS = {"==": "=", "&&": "and", "||": "or"}
_YES_OR_NO = frozenset({"==", "!=", "<", ">", "<=", ">=", "&&", "||"})
_CASE = frozenset(
    {"execution", "delegateExecution", "task", "delegateTask", "caseExecution", "processInstance"}
)
_KEYS = frozenset({"processBusinessKey", "businessKey", "getProcessBusinessKey", "getBusinessKey"})
_READ = frozenset({"getVariable", "getVariableLocal"})
_HAS = frozenset({"hasVariable", "hasVariableLocal"})
_QUESTIONS = frozenset({"startsWith", "endsWith", "contains", "equals", "equalsIgnoreCase", "isEmpty"}) | _HAS
_PIECES = re.compile(r"[$#]\{((?:[^{}'\"]|'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")*)\}")


@dataclass(frozen=True, slots=True)
class Said:
    """FEEL. reads: the variables in it. compared: the texts and truth values with which each is compared."""

    feel: str
    reads: frozenset[str] = frozenset()
    compared: Mapping[str, frozenset[str | bool]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """A call of a bean: what would be asked of an outside system, each argument in FEEL."""

    bean: str
    method: str
    arguments: tuple[Said, ...]


def value(text: str) -> Said:
    """Say a value: text with `${…}` or `#{…}` in it, or plain text. Raises TranslationError."""
    speaker = _Speaker()
    pieces = _split(text)
    if len(pieces) == 1 and pieces[0][0]:
        return speaker.done(speaker.say(juel.read(pieces[0][1])))
    said = [
        f"string({speaker.say(juel.read(piece))})" if inner else _quoted(piece) for inner, piece in pieces
    ]
    return speaker.done(" + ".join(said) or '""')


def condition(text: str) -> Said:
    """Say a condition, which is true or false whatever is missing. Raises TranslationError."""
    pieces = _split(text.strip())
    if len(pieces) != 1 or not pieces[0][0]:
        raise TranslationError("Expected one expression such as {example}", example="${approved == true}")
    speaker = _Speaker()
    return speaker.done(speaker.decide(juel.read(pieces[0][1])))


def asked(text: str) -> Asked | None:
    """Give the call of a bean that a text is as a whole; None for anything else. Raises TranslationError."""
    pieces = _split(text.strip())
    if len(pieces) != 1 or not pieces[0][0]:
        return None
    tree = juel.read(pieces[0][1])
    if not isinstance(tree, Call) or not isinstance(tree.of, Name) or tree.of.name in _CASE:
        return None
    arguments = []
    for argument in tree.arguments:
        speaker = _Speaker()
        arguments.append(speaker.done(speaker.say(argument)))
    return Asked(tree.of.name, tree.method, tuple(arguments))


def sets(text: str) -> tuple[str, Said] | None:
    """Give the variable that `${execution.setVariable("name", value)}` sets; None for anything else."""
    pieces = _split(text.strip())
    if len(pieces) != 1 or not pieces[0][0]:
        return None
    tree = juel.read(pieces[0][1])
    if isinstance(tree, Call) and tree.method in ("setVariable", "setVariableLocal") and _is_case(tree.of):
        match tree.arguments:
            case (Constant(value=str(name)), content):
                speaker = _Speaker()
                return variable(name), speaker.done(speaker.say(content))
    return None


def variable(name: str) -> str:
    """Give the name that a variable of another engine has here."""
    return re.sub(r"\W", "_", name)


@dataclass
class _Speaker:
    reads: set[str] = field(default_factory=set)
    compared: dict[str, set[str | bool]] = field(default_factory=dict)

    def done(self, feel: str) -> Said:
        compared = {name: frozenset(values) for name, values in self.compared.items()}
        return Said(feel, frozenset(self.reads), compared)

    def decide(self, tree: Tree) -> str:
        """Say something that is true or false."""
        if isinstance(tree, Pair) and tree.sign in ("&&", "||"):
            return (
                f"{self._side(tree.left, tree.sign)} {_SIGNS[tree.sign]} {self._side(tree.right, tree.sign)}"
            )
        if isinstance(tree, Prefix) and tree.sign == "!":
            return f"not({self.decide(tree.of)})"
        if isinstance(tree, Constant) and isinstance(tree.value, bool):
            return "true" if tree.value else "false"
        yes_or_no = (
            (isinstance(tree, Pair) and tree.sign in ("==", "!="))
            or (isinstance(tree, Prefix) and tree.sign == "empty")
            or (isinstance(tree, Call) and tree.method in _QUESTIONS)
        )
        if yes_or_no:
            return self.say(tree)
        name = _variable_of(tree)
        if name is not None:
            self.compared.setdefault(name, set()).update((True, False))
        return f"({self.say(tree)}) = true" if isinstance(tree, Pair | Choice) else f"{self.say(tree)} = true"

    def say(self, tree: Tree) -> str:  # noqa: PLR0911 - one line a kind
        """Say a value."""
        match tree:
            case Constant():
                return _constant(tree)
            case Name() | Member() | Call():
                return self._named(tree)
            case Prefix(sign="-"):
                return f"-{self._inner(tree.of)}"
            case Prefix(sign="empty"):
                return EMPTY.format(self._inner(tree.of))
            case Choice():
                return f"(if {self.decide(tree.condition)} then {self.say(tree.this)} else {self.say(tree.that)})"
            case Pair(sign="%"):
                return f"modulo({self.say(tree.left)}, {self.say(tree.right)})"
            case Pair(sign="&&" | "||") | Prefix():
                return self.decide(tree)
            case Pair():
                self._note_compared(tree)
                return (
                    f"{self._inner(tree.left)} {_SIGNS.get(tree.sign, tree.sign)} {self._inner(tree.right)}"
                )

    def _side(self, tree: Tree, around: str) -> str:
        inner = self.decide(tree)
        mixed = isinstance(tree, Pair) and tree.sign in ("&&", "||") and tree.sign != around
        return f"({inner})" if mixed else inner

    def _inner(self, tree: Tree) -> str:
        said = self.say(tree)
        return f"({said})" if isinstance(tree, Pair) else said

    def _named(self, tree: Name | Member | Call) -> str:
        name = _variable_of(tree)
        if name is not None:
            self.reads.add(name)
            return name
        if isinstance(tree, Member):
            if isinstance(tree.key, Constant) and tree.key.number:
                return f"{self._inner(tree.of)}[{int(float(str(tree.key.value))) + 1}]"
            if isinstance(tree.key, Constant) and str(tree.key.value).isidentifier():
                return f"{self._inner(tree.of)}.{tree.key.value}"
            return f"get value({self.say(tree.of)}, {self.say(tree.key)})"
        assert isinstance(tree, Call)
        return self._called(tree)

    def _called(self, tree: Call) -> str:
        if tree.of is None:
            raise TranslationError("There is no function {function} in FEEL", function=tree.method)
        if _is_case(tree.of):
            match tree.arguments:
                case (Constant(value=str(name)),) if tree.method in _HAS:
                    self.reads.add(variable(name))
                    return f"{variable(name)} != null"
            raise TranslationError("A case here has no {method}", method=tree.method)
        if tree.method == "isEmpty" and not tree.arguments:
            return EMPTY.format(self._inner(tree.of))
        pattern = TEXT_METHODS.get(tree.method)
        if pattern is None or ("{1}" in pattern) != (len(tree.arguments) == 1) or len(tree.arguments) > 1:
            raise TranslationError(
                "The method {method} is code of the other engine, which FEEL cannot call", method=tree.method
            )
        if tree.method == "equals":
            self._note_compared(Pair("==", tree.of, tree.arguments[0]))
        return pattern.format(self._inner(tree.of), *(self._inner(argument) for argument in tree.arguments))

    def _note_compared(self, tree: Pair) -> None:
        for one, other in ((tree.left, tree.right), (tree.right, tree.left)):
            name = _variable_of(one)
            if (
                name is not None
                and isinstance(other, Constant)
                and not other.number
                and other.value is not None
            ):
                values = self.compared.setdefault(name, set())
                values.add(other.value)
                if tree.sign == "!=" and isinstance(other.value, str):
                    values.add(OTHERWISE)


def _variable_of(tree: Tree) -> str | None:
    """Give the variable that something is; None for anything else."""
    match tree:
        case Name(name):
            return None if name in _CASE else variable(name)
        case Member(of, Constant(value=str(key))) if _is_case(of) and key in _KEYS:
            return BUSINESS_KEY
        case Call(of, method, ()) if _is_case(of) and method in _KEYS:
            return BUSINESS_KEY
        case Call(of, method, (Constant(value=str(name)),)) if _is_case(of) and method in _READ:
            return variable(name)
    return None


def _is_case(tree: Tree | None) -> bool:
    return isinstance(tree, Name) and tree.name in _CASE


def _constant(tree: Constant) -> str:
    if tree.value is None:
        return "null"
    if isinstance(tree.value, bool):
        return "true" if tree.value else "false"
    return tree.value if tree.number else _quoted(tree.value)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _split(text: str) -> list[tuple[bool, str]]:
    """Give the pieces of a text, those between braces marked."""
    pieces, at = [], 0
    for found in _PIECES.finditer(text):
        if found.start() > at:
            pieces.append((False, text[at : found.start()]))
        pieces.append((True, found.group(1)))
        at = found.end()
    if at < len(text):
        pieces.append((False, text[at:]))
    if any("${" in piece or "#{" in piece for inner, piece in pieces if not inner):
        raise TranslationError("Expected a closing brace")
    return pieces
