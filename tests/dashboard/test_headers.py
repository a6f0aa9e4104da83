"""The content security policy fits the installed Streamlit, whatever its version."""

from __future__ import annotations

import pytest

from dashboard.headers import BUNDLE, HSTS, INLINE_SCRIPT, fingerprint, font_path, inline_script_hashes, page_policy


def test_the_hash_is_that_of_the_script_in_the_installed_page():
    scripts = INLINE_SCRIPT.findall((BUNDLE / "index.html").read_text(encoding="utf-8"))
    assert scripts
    assert inline_script_hashes().split(" ") == [fingerprint(script) for script in scripts]


def test_a_known_text_has_the_fingerprint_that_browsers_compute():
    assert fingerprint("alert(1)") == "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"


@pytest.mark.parametrize(("tls", "spoken"), [(False, "ws"), (True, "wss")])
def test_pages_may_speak_only_to_the_host_they_came_from(tls, spoken):
    policy = page_policy("neurolist.test:8501", tls=tls).decode()
    assert f"connect-src 'self' {spoken}://neurolist.test:8501;" in policy
    assert "unsafe-eval" not in policy
    assert "http:" not in policy


def test_behind_tls_the_live_connection_is_an_encrypted_one_and_in_the_clear_none_is_named():
    assert "ws:" not in page_policy("neurolist.test", tls=True).decode()
    assert "wss:" not in page_policy("neurolist.test", tls=False).decode()
    assert "ws" not in page_policy("", tls=True).decode().replace("'self'", "")


def test_the_text_face_lies_where_the_pages_ask_for_it():
    assert (BUNDLE / font_path().removeprefix("/")).is_file()


def test_pages_hold_no_plug_in_keep_their_own_base_and_are_framed_by_nobody():
    policy = page_policy("here.test", tls=False).decode().split("; ")
    assert {"object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "default-src 'self'"} <= set(policy)
    assert "<base" not in (BUNDLE / "index.html").read_text(encoding="utf-8")


def test_browsers_stay_with_https_for_a_year_and_below_this_host_too():
    assert HSTS == (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
