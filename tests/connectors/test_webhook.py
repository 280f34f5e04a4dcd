"""The webhook: a signed post to a partner whom the installation knows by name."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.webhook import Webhook
from engine.ports import Call, ConnectorError

from .conftest import Played, answering, raw

CONTENT = {"referral_no": "WC-2026-000001", "since": date(2026, 3, 2), "price": Decimal("3200.50")}


def post(webhook: Webhook, partner: str = "hospital", **content: Any) -> Any:
    parameters = {"partner": partner, "event": "bed_found", "content": content or CONTENT}
    return webhook.call(Call("post", parameters, "17-3", 5))


def refused(webhook: Webhook, partner: str = "hospital") -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        post(webhook, partner)
    return caught.value


def test_it_posts_the_event_signed_with_the_partners_secret() -> None:
    """A partner can check the post with nothing but the secret and this test."""
    received: list[bytes] = []
    with answering(lambda found: found.sendall(raw("200 OK", b'{"received": true}')), received) as url:
        webhook = Webhook({"hospital": (f"{url}/linbang", b"agreed")})

        assert post(webhook) == {"received": True}

    head, _, body = received[0].partition(b"\r\n\r\n")
    found = re.search(rb"Linbang-Signature: t=(\d+),v1=([0-9a-f]{64})", head)
    assert found is not None
    assert hmac.new(b"agreed", found[1] + b"." + body, hashlib.sha256).hexdigest() == found[2].decode()
    assert abs(int(found[1]) - datetime.now(UTC).timestamp()) < 60
    assert b"POST /linbang HTTP/1.1" in head
    assert b"Idempotency-Key: 17-3\r\n" in head
    assert json.loads(body) == {
        "event": "bed_found",
        "content": {"referral_no": "WC-2026-000001", "since": "2026-03-02", "price": 3200.50},
    }


def test_the_partner_gets_it_once_however_often_it_is_posted(played: Played) -> None:
    for _ in range(2):
        played.ask("webhook.post", "17-3", partner="chc", event="admitted", content={"stay_no": "RZ-1"})

    (arrived,) = played.sandbox.asked.arrived()
    assert (arrived.channel, arrived.to, arrived.subject) == ("webhook", "chc", "admitted")


def test_it_refuses_a_partner_whom_nobody_knows(played: Played) -> None:
    """The diagram may catch it; no address can be named in a case."""
    webhook = played.connector("webhook")
    assert isinstance(webhook, Webhook)

    for partner in ("stranger", "linbang"):
        error = refused(webhook, partner)
        assert (error.code, error.permanent) == ("partner_unknown", True)


def test_a_partner_with_another_secret_refuses(played: Played) -> None:
    webhook = Webhook({"hospital": (f"{played.url}/webhook/hospital", b"another secret")})

    assert refused(webhook).code == "webhook_refused"
    assert played.sandbox.asked.arrived() == []


@pytest.mark.parametrize(
    "written",
    [
        "- a",
        "hospital: yes",
        "hospital: {url: 'http://127.0.0.1:9'}",
        "hospital: {secret: s3cret}",
        "hospital: {url: 'ftp://127.0.0.1', secret: s3cret}",
        "hospital: {url: 'http://me:s3cret@127.0.0.1', secret: s3cret}",
        "hospital: [",
        "\0",
    ],
)
def test_it_refuses_a_file_of_another_shape_without_saying_a_secret(tmp_path: Path, written: str) -> None:
    file = tmp_path / "partners.yaml"
    file.write_text(written, "utf-8")

    with pytest.raises(ValueError, match="Expected") as caught:
        Webhook.configured({"LINBANG_WEBHOOK_PARTNERS": str(file)})

    assert "s3cret" not in str(caught.value)


def test_it_needs_its_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Expected"):
        Webhook.configured({"LINBANG_WEBHOOK_PARTNERS": str(tmp_path / "none.yaml")})
