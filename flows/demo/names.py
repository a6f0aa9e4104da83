"""Invented names for demonstration: each part is common somewhere, and no whole name is meant to be anybody.

Patients, staff and referrers draw on separate family names, so that a test can tell where a patient's name has gone.
"""

from __future__ import annotations

import json
from pathlib import Path

_WORDS: dict[str, list[str]] = json.loads((Path(__file__).parent / "names.json").read_bytes())

PATIENT_FAMILIES = tuple(_WORDS["families"])
WOMEN = tuple(_WORDS["women"])
MEN = tuple(_WORDS["men"])
LANGUAGES = tuple(_WORDS["languages"])

REFERRERS = (
    ("Dr Ilse Van der Hoeven", "Palliative medicine", "Silver Wattle Palliative Care"),
    ("Dr Thomas Abernethy-Cole", "Palliative medicine", "Silver Wattle Palliative Care"),
    ("Dr Meera Balasubramanian", "Medical oncology", "Lorikeet Oncology Group"),
    ("Dr Joachim Steinbrecher", "Medical oncology", "Lorikeet Oncology Group"),
    ("Dr Catriona Ballantrae", "Medical oncology", "Red Gum Cancer Clinic"),
    ("Dr Kwesi Amponsah", "Pain medicine", "Banksia Corner Pain Clinic"),
    ("Dr Helena Rautio", "Pain medicine", "Banksia Corner Pain Clinic"),
    ("Dr Bich Ngoc Luu", "Pain medicine", "Paperbark Pain Service"),
    ("Dr Rosalind Tennant-Reyes", "Gynaecological oncology", "Red Gum Cancer Clinic"),
    ("Dr Emilio Santangelo", "Gastroenterology", "Correa Gastroenterology"),
    ("Dr Parvati Venkataraghavan", "Gastroenterology", "Correa Gastroenterology"),
    ("Dr Wolfram Achterberg", "Vascular surgery", "Grevillea Vascular Rooms"),
    ("Dr Niamh Corrigan-Doyle", "Colorectal surgery", "Grevillea Surgical Rooms"),
    ("Dr Tendai Mutasa", "General practice", "Kookaburra Lane Medical Centre"),
    ("Dr Lucia Ferrarotto", "General practice", "Kookaburra Lane Medical Centre"),
    ("Dr Graeme Whitcombe", "General practice", "Bottlebrush Family Practice"),
    ("Dr Sabiha Mirzoyan", "General practice", "Bottlebrush Family Practice"),
    ("Dr Annelise Oberholzer", "General practice", "Saltbush Road Clinic"),
)
