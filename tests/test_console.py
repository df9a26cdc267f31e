"""How the console spells text, shows paths and times."""

import os

import pytest

from backstage import console


@pytest.mark.parametrize("encoding, spelled", [
    ("utf-8", "Ωλαβδη·−²→…×∂½ÿ€"), ("ascii", "Omegalambdaalphabetadeltaeta*-^2->...xd1/2??"),
    ("cp1252", "Omegalambdaalphabetadeltaeta*-^2->...xd1/2ÿ€"),
    ("cp437", "Omegalambdaalphabetadeltaeta*-^2->...xd1/2ÿ?"), (None, "Ωλαβδη·−²→…×∂½ÿ€")])
def test_names_and_signs_are_spelled_as_the_output_can_show_them(encoding, spelled, monkeypatch):
    class Output:
        pass
    Output.encoding = encoding
    monkeypatch.setattr(console.sys, "stdout", Output())
    assert console.spelled("Ωλαβδη·−²→…×∂½ÿ€") == spelled


def test_a_path_is_shown_as_it_is_typed_in_the_current_folder(tmp_path):
    assert console.shown_path(tmp_path / "a" / "b.pkl") == os.path.join("a", "b.pkl")
    assert console.shown_path(b"b.pkl") == "b.pkl"
    assert console.shown_path(tmp_path.parent / "b.pkl") == str(tmp_path.parent / "b.pkl")


def test_at_the_root_a_path_is_shown_whole(tmp_path, monkeypatch):
    monkeypatch.chdir(os.path.abspath(os.sep))
    assert console.shown_path(str(tmp_path / "b.pkl")) == str(tmp_path / "b.pkl")


@pytest.mark.skipif(os.name == "nt", reason="Windows does not remove the current folder")
def test_a_path_is_shown_whole_where_the_current_folder_is_gone(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert console.shown_path(str(tmp_path / "b.pkl")) == str(tmp_path / "b.pkl")


def test_all_text_is_spelled_the_same_way_whichever_signs_it_has(monkeypatch):
    class Output:
        encoding = "cp1252"  # has · but no Greek letters
    monkeypatch.setattr(console.sys, "stdout", Output())
    assert console.spelled("0.5·0.5") == "0.5*0.5"
