"""Synthetic people: puts another name, identity number and phone for each one that a story names.

Region 9901 is assigned to nobody, phones 1990000xxxx are never dialled; birth date and sex stay, so that a
story keeps its sense.
"""

from __future__ import annotations

import random
import re
from typing import Any

_ID = re.compile(r"99\d{15}[\dX]")
_PHONE = re.compile(r"1990000\d{4}")
_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_TRIES = 1_000
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
)
_COMMON = 5
_GIVEN = (
    *(
        "秀英",
        "桂兰",
        "玉珍",
        "建国",
        "国强",
        "志明",
        "淑芬",
        "丽华",
        "春梅",
        "海燕",
        "文博",
        "晓东",
        "志远",
        "雪梅",
        "永福",
    ),
    *(
        "长顺",
        "金凤",
        "凤霞",
        "立新",
        "德胜",
        "雨涵",
        "浩宇",
        "子轩",
        "思琪",
        "小军",
        "敏",
        "芳",
        "伟",
        "静",
        "磊",
    ),
)


class Personas:
    """One story's people, each replaced by another synthetic one; the same everywhere in the story.

    taken: identity numbers of others; new ones are added, so that no two people of a town share one.
    """

    def __init__(self, chance: random.Random, taken: set[str]) -> None:
        self._chance = chance
        self._taken = taken
        self._known: dict[str, str] = {}

    def replace(self, value: Any) -> Any:
        """Give a part of a story with other people in it."""
        if isinstance(value, dict):
            return {
                key: self._named(item) if key.endswith("name") else self.replace(item)
                for key, item in value.items()
            }
        if isinstance(value, list):
            return [self.replace(item) for item in value]
        if isinstance(value, str):
            text = _ID.sub(lambda found: self._identity(found[0]), value)
            return _PHONE.sub(lambda found: self._phone(found[0]), text)
        return value

    def _named(self, value: Any) -> Any:
        if not isinstance(value, str) or not _NAME.fullmatch(value):
            return self.replace(value)
        return self._once(value, self._name)

    def _identity(self, old: str) -> str:
        return self._once(old, lambda: self._new_identity(old))

    def _phone(self, old: str) -> str:
        return self._once(old, lambda: f"1990000{self._chance.randrange(10_000):04}")

    def _once(self, old: str, make: Any) -> str:
        if old not in self._known:
            self._known[old] = make()
        return self._known[old]

    def _name(self) -> str:
        pool = _SURNAMES[:_COMMON] if self._chance.random() < 0.3 else _SURNAMES  # noqa: PLR2004 - the five commonest
        return self._chance.choice(pool) + self._chance.choice(_GIVEN)

    def _new_identity(self, old: str) -> str:
        self._taken.add(old)
        for _try in range(_TRIES):
            sequence = self._chance.randrange(0, 500) * 2 + int(old[16]) % 2
            digits = f"99010{self._chance.randint(1, 3)}{old[6:14]}{sequence:03}"
            total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
            found = digits + "10X98765432"[total % 11]
            if found not in self._taken:
                self._taken.add(found)
                return found
        raise ValueError(f"Expected an identity number like {old} that nobody has yet, but found none")
