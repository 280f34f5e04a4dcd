"""The offices and staff of the demo. Every password is the user name; no real person is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.alerting import phones
from engine.people import Actor, read_actor, read_offices
from engine.store.people import OfficeRow, PersonRow
from webui.auth import hash_password

if TYPE_CHECKING:
    from engine.runtime import Runtime

DISTRICT = ("990101", "临溪区民政局", "Linxi District Civil Affairs")
SUBDISTRICTS = (
    ("qinghe", "990101001", "青禾街道", "Qinghe Sub-district"),
    ("shiqiao", "990101002", "石桥街道", "Shiqiao Sub-district"),
    ("wutong", "990101003", "梧桐里街道", "Wutongli Sub-district"),
)
_STREET = (
    ("clerk", "window_clerk", ("陈晓岚", "周文静", "何雨桐"), ("Chen Xiaolan", "Zhou Wenjing", "He Yutong")),
    (
        "committee",
        "rc_worker",
        ("沈建国", "吕秀英", "韩志强"),
        ("Shen Jianguo", "Lü Xiuying", "Han Zhiqiang"),
    ),
    (
        "reviewer",
        "street_reviewer",
        ("林思远", "郑佳宁", "许明哲"),
        ("Lin Siyuan", "Zheng Jianing", "Xu Mingzhe"),
    ),
    (
        "reviewer2",
        "street_reviewer",
        ("孙若溪", "朱浩然", "曹静怡"),
        ("Sun Ruoxi", "Zhu Haoran", "Cao Jingyi"),
    ),
    (
        "leader",
        "street_leader",
        ("方立新", "任海燕", "姜国栋"),
        ("Fang Lixin", "Ren Haiyan", "Jiang Guodong"),
    ),
    ("door", "door_team", ("杜鹏飞", "程雅琴", "蒋文斌"), ("Du Pengfei", "Cheng Yaqin", "Jiang Wenbin")),
    ("door2", "door_team", ("罗春燕", "宋志刚", "邓丽萍"), ("Luo Chunyan", "Song Zhigang", "Deng Liping")),
    ("adviser", "adviser", ("袁静", "潘晓明", "田桂芝"), ("Yuan Jing", "Pan Xiaoming", "Tian Guizhi")),
    ("volunteer", "volunteer", ("余小娟", "卢建平", "丁一鸣"), ("Yu Xiaojuan", "Lu Jianping", "Ding Yiming")),
    (
        "point",
        "point_operator",
        ("魏红梅", "崔永强", "贾晓东"),
        ("Wei Hongmei", "Cui Yongqiang", "Jia Xiaodong"),
    ),
    ("doctor", "chc", ("钟雅文", "秦卫东", "侯静宜"), ("Zhong Yawen", "Qin Weidong", "Hou Jingyi")),
)
_DISTRICT = (
    ("verifier", "verify_center", "谢安琪", "Xie Anqi", "caseworker"),
    ("verifier2", "verify_center", "唐子墨", "Tang Zimo", "caseworker"),
    ("county", "county_confirmer", "范学敏", "Fan Xuemin", "caseworker"),
    ("county2", "county_confirmer", "彭晓东", "Peng Xiaodong", "caseworker"),
    ("finance", "finance", "金慧", "Jin Hui", "caseworker"),
    ("dispatcher", "dispatcher", "汪立群", "Wang Liqun", "caseworker"),
    ("dispatcher2", "dispatcher", "石玉兰", "Shi Yulan", "caseworker"),
    ("remote", "remote_clerk", "孔祥瑞", "Kong Xiangrui", "caseworker"),
    ("remote2", "remote_clerk", "白雪松", "Bai Xuesong", "caseworker"),
    ("line", "line_department", "毛建军", "Mao Jianjun", "caseworker"),
    ("assessor", "assessor", "康淑珍", "Kang Shuzhen", "caseworker"),
    ("assessor2", "assessor", "邱海波", "Qiu Haibo", "caseworker"),
    ("home", "institution", "江月华", "Jiang Yuehua", "caseworker"),
    ("home2", "institution", "史文涛", "Shi Wentao", "caseworker"),
    ("hospital", "hospital", "顾念慈", "Gu Nianci", "caseworker"),
    ("supervisor", "supervisor", "高敏之", "Gao Minzhi", "caseworker supervisor"),
    ("supervisor2", "supervisor", "郝立新", "Hao Lixin", "caseworker supervisor"),
    ("operator", "", "龙子健", "Long Zijian", "operator"),
    ("designer", "", "温以宁", "Wen Yining", "designer"),
)


def add_offices(runtime: Runtime) -> None:
    """Add one district with three sub-districts."""
    district = runtime.ids.next()
    code, name_zh, name_en = DISTRICT
    runtime.people.add_office(OfficeRow(district, None, "district", code, name_zh, name_en))
    for _key, code, name_zh, name_en in SUBDISTRICTS:
        office = OfficeRow(runtime.ids.next(), district, "subdistrict", code, name_zh, name_en)
        runtime.people.add_office(office)
    runtime.offices = read_offices(runtime.people)


def add_staff(runtime: Runtime) -> None:
    """Add about fifty people in all groups; those of the first sub-district have the shortest user names."""
    offices = {row.code: row.id for row in runtime.offices.rows.values()}
    for index, (key, code, _zh, _en) in enumerate(SUBDISTRICTS):
        for username, group, names_zh, names_en in _STREET:
            account = username if index == 0 else f"{username}.{key}"
            _add(runtime, account, group, offices[code], names_zh[index], names_en[index], "caseworker")
    for username, group, name_zh, name_en, roles in _DISTRICT:
        _add(runtime, username, group, offices[DISTRICT[0]], name_zh, name_en, roles)


def cast_of(runtime: Runtime, office_id: int) -> dict[str, list[Actor]]:
    """Give the people who work on the cases of a sub-district, by group."""
    found: dict[str, list[Actor]] = {}
    chain = set(runtime.offices.chain(office_id))
    for row in runtime.people.persons():
        actor = read_actor(runtime.people, row.id)
        for group, office in sorted(actor.memberships if actor else ()):
            if actor is not None and office in chain:
                found.setdefault(group, []).append(actor)
    return found


def _add(
    runtime: Runtime, username: str, group: str, office: int, name_zh: str, name_en: str, roles: str
) -> None:
    row = PersonRow(
        id=runtime.ids.next(),
        username=username,
        name=name_zh,
        name_en=name_en,
        email=f"{username}@linxi.example",
        password_hash=hash_password(username, light=True),
        language="zh",
        active=1,
        office_id=office,
        roles=roles,
        session_version=1,
    )
    runtime.people.add_person(row, [(group, office)] if group else [])
    number = sum(username.encode()) % 100 + 100 * (len(username) % 10)  # few share one, and nobody has it
    phones.keep_phone(runtime, row.id, f"1990000{8000 + number}")
