"""The invented institutions of the district and their beds: the same every time, none of them real."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

_SUBDISTRICTS = {
    "990101001": (0.0, 0.0),
    "990101002": (4.2, 1.1),
    "990101003": (2.0, 5.3),
    "990102001": (8.5, -2.4),
}
"""Where the sub-districts lie, in kilometres from the first."""
_ELSEWHERE = (12.0, 9.0)
_ROOMS = ("female", "female", "male", "any")


@dataclass(frozen=True, slots=True)
class Institution:
    """Who offers beds of one type. price: yuan a month."""

    code: str
    name: str
    subdistrict: str
    bed_type: str
    beds: int
    levels: tuple[int, int]
    price: int
    dementia_unit: bool = False
    doctor_contract: bool = True


INSTITUTIONS = (
    Institution("JC01", "青禾综合为老服务中心", "990101001", "home_care", 12, (1, 4), 600),
    Institution("JC02", "石桥综合为老服务中心", "990101002", "home_care", 12, (1, 4), 640),
    Institution("JC03", "梧桐里综合为老服务中心", "990101003", "home_care", 12, (1, 5), 580),
    Institution("YL01", "青禾街道听雨养老院", "990101001", "institution", 14, (2, 4), 3200),
    Institution(
        "YL02", "石桥街道和风敬老院", "990101002", "institution", 16, (3, 6), 3800, dementia_unit=True
    ),
    Institution(
        "YL03", "梧桐里长者照护之家", "990101003", "institution", 10, (2, 5), 2900, doctor_contract=False
    ),
    Institution("YL04", "望竹区康宁护理院", "990102001", "institution", 16, (4, 6), 4600, dementia_unit=True),
    Institution("JB01", "青禾社区卫生服务中心", "990101001", "home_sickbed", 10, (0, 6), 300),
    Institution("JB02", "石桥社区卫生服务中心", "990101002", "home_sickbed", 10, (0, 6), 300),
    Institution("YY01", "临溪区中心医院", "990101003", "hospital", 20, (0, 6), 0),
    Institution("AN01", "临溪区安宁疗护中心", "990101001", "palliative", 8, (0, 6), 1500),
)


@dataclass(frozen=True, slots=True)
class Place:
    """One bed of an institution."""

    bed_no: str
    institution: Institution
    sex: str

    def offered(self, home: str) -> dict[str, object]:
        """Write it as a vacancy for somebody who lives in a sub-district."""
        house = self.institution
        return {
            "bed_no": self.bed_no,
            "institution": house.code,
            "institution_name": house.name,
            "bed_type": house.bed_type,
            "min_level": house.levels[0],
            "max_level": house.levels[1],
            "sex": self.sex,
            "dementia_unit": house.dementia_unit,
            "doctor_contract": house.doctor_contract,
            "price": Decimal(house.price),
            "distance_km": distance_km(home, house.subdistrict),
        }


def places(scale: int = 1) -> dict[str, Place]:
    """Give every bed by its number; scale: how many times as many as there are in the district."""
    found = {}
    for house in INSTITUTIONS:
        for number in range(1, house.beds * scale + 1):
            room = _ROOMS[number % len(_ROOMS)] if house.bed_type == "institution" else "any"
            place = Place(f"{house.code}-{number:03d}", house, room)
            found[place.bed_no] = place
    return found


def distance_km(one: str, other: str) -> Decimal:
    """Give the distance between two sub-districts, half a kilometre within one; unknown ones are far."""
    if one == other:
        return Decimal("0.5")
    return Decimal(
        f"{math.dist(_SUBDISTRICTS.get(one, _ELSEWHERE), _SUBDISTRICTS.get(other, _ELSEWHERE)):.1f}"
    )
