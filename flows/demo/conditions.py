"""What patients of a neurolysis service come with: the diagnosis, where it hurts, and how it might be treated.

The mix is invented. It is not a finding, and no treatment is advised here.
"""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.vocabulary import Laterality, Target, Technique

CHEMICAL, THERMAL, PULSED, CRYO = (
    Technique.CHEMICAL,
    Technique.RF_THERMAL,
    Technique.RF_PULSED,
    Technique.CRYO,
)
BOTH_SIDES = (Laterality.BILATERAL,)
ONE_SIDE = (Laterality.LEFT, Laterality.RIGHT)
NO_SIDE = (Laterality.NOT_APPLICABLE,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One reason for referral; `share` is how often it comes, against the others."""

    diagnosis: str
    pain_site: str
    target: Target
    cancer: bool
    sides: tuple[Laterality, ...]
    techniques: tuple[Technique, ...]
    share: int


CONDITIONS = (
    Condition(
        diagnosis="Adenocarcinoma of the pancreas, locally advanced",
        pain_site="Upper abdomen through to the back",
        target=Target.COELIAC,
        cancer=True,
        sides=BOTH_SIDES,
        techniques=(CHEMICAL, CHEMICAL, CHEMICAL, CRYO),
        share=22,
    ),
    Condition(
        diagnosis="Gastric carcinoma with nodes about the coeliac trunk",
        pain_site="Epigastrium",
        target=Target.SPLANCHNIC,
        cancer=True,
        sides=BOTH_SIDES,
        techniques=(CHEMICAL, CHEMICAL, THERMAL),
        share=10,
    ),
    Condition(
        diagnosis="Chronic pancreatitis, refractory pain",
        pain_site="Epigastrium and back",
        target=Target.SPLANCHNIC,
        cancer=False,
        sides=BOTH_SIDES,
        techniques=(THERMAL, PULSED, CRYO),
        share=9,
    ),
    Condition(
        diagnosis="Carcinoma of the cervix with pelvic side wall disease",
        pain_site="Deep pelvis",
        target=Target.SUPERIOR_HYPOGASTRIC,
        cancer=True,
        sides=BOTH_SIDES,
        techniques=(CHEMICAL, CHEMICAL, CRYO),
        share=12,
    ),
    Condition(
        diagnosis="Recurrent rectal carcinoma, presacral",
        pain_site="Perineum and low pelvis",
        target=Target.GANGLION_IMPAR,
        cancer=True,
        sides=NO_SIDE,
        techniques=(CHEMICAL, CRYO, THERMAL),
        share=10,
    ),
    Condition(
        diagnosis="Coccydynia for more than two years",
        pain_site="Coccyx",
        target=Target.GANGLION_IMPAR,
        cancer=False,
        sides=NO_SIDE,
        techniques=(PULSED, THERMAL, CRYO),
        share=8,
    ),
    Condition(
        diagnosis="Ischaemic rest pain, no option to revascularise",
        pain_site="Foot and lower leg",
        target=Target.LUMBAR_SYMPATHETIC,
        cancer=False,
        sides=ONE_SIDE,
        techniques=(CHEMICAL, CHEMICAL, PULSED),
        share=10,
    ),
    Condition(
        diagnosis="Complex regional pain syndrome of the leg",
        pain_site="Leg below the knee",
        target=Target.LUMBAR_SYMPATHETIC,
        cancer=False,
        sides=ONE_SIDE,
        techniques=(PULSED, THERMAL),
        share=6,
    ),
    Condition(
        diagnosis="Retroperitoneal sarcoma invading the psoas",
        pain_site="Groin and front of the thigh",
        target=Target.LUMBAR_PLEXUS,
        cancer=True,
        sides=ONE_SIDE,
        techniques=(PULSED, CRYO),
        share=3,
    ),
    Condition(
        diagnosis="Complex regional pain syndrome of the arm",
        pain_site="Forearm and hand",
        target=Target.STELLATE,
        cancer=False,
        sides=ONE_SIDE,
        techniques=(PULSED, PULSED, THERMAL),
        share=6,
    ),
    Condition(
        diagnosis="Pain after mastectomy and radiotherapy for breast carcinoma",
        pain_site="Chest wall and inner arm",
        target=Target.STELLATE,
        cancer=True,
        sides=ONE_SIDE,
        techniques=(PULSED, CHEMICAL),
        share=5,
    ),
    Condition(
        diagnosis="Apical lung carcinoma with arm pain",
        pain_site="Shoulder and inner arm",
        target=Target.THORACIC_SYMPATHETIC,
        cancer=True,
        sides=ONE_SIDE,
        techniques=(CHEMICAL, THERMAL),
        share=5,
    ),
)

MEDICINES = (
    ("oxycodone", "pregabalin"),
    ("morphine modified release", "paracetamol"),
    ("oxycodone", "apixaban"),
    ("hydromorphone", "duloxetine"),
    ("tapentadol", "amitriptyline"),
    ("fentanyl patch", "metformin"),
    ("buprenorphine patch", "aspirin"),
    ("morphine modified release", "warfarin"),
    ("oxycodone and naloxone", "gabapentin"),
    ("paracetamol", "clopidogrel"),
)
ALLERGIES = ("none known", "none known", "none known", "penicillin", "iodinated contrast", "adhesive dressings")
DEVICES = ("none", "none", "none", "none", "implanted port", "pacemaker")
