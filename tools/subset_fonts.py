"""Make the fonts in minigrad/pictures/fonts (Debian: fonts-liberation2, fonts-dejavu-extra).

pip install fonttools
python tools/subset_fonts.py /usr/share/fonts/truetype
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from minigrad.pictures.bundled_fonts import FACES, FOLDER

SOURCES = {
    "MinigradSans": "liberation2/LiberationSans-{}.ttf",
    "MinigradSigns": "dejavu/DejaVuSansCondensed.ttf",
}
FAMILY_NAMES = (1, 4, 16)


def main(folder: Path) -> None:
    """Write every face that `FACES` lists."""
    covered: set[int] = set()
    for face, characters in FACES.items():
        family, style = face.removesuffix(".ttf").split("-")
        font = TTFont(folder / SOURCES[family].format(style), recalcTimestamp=False)
        wanted = {ord(character) for character in characters}
        if family == "MinigradSigns":  # only what the other font lacks
            wanted -= covered
        elif style == "Regular":
            covered = wanted & font.getBestCmap().keys()
        options = subset.Options(hinting=False, layout_features=[], notdef_outline=True)
        options.drop_tables += ["GPOS", "GSUB", "GDEF", "kern", "FFTM", "prep", "fpgm", "cvt "]
        options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=wanted)
        subsetter.subset(font)
        name = family.replace("Minigrad", "Minigrad ")
        for record in font["name"].names:
            if record.nameID in FAMILY_NAMES:
                record.string = name
            elif record.nameID in (3, 6):
                record.string = f"{family}-{style}"
        font.save(FOLDER / face)
        lacking = wanted - font.getBestCmap().keys()
        print(face, (FOLDER / face).stat().st_size, "bytes; lacks", "".join(map(chr, lacking)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
