"""Make the bundled fonts in minigrad/fonts from DejaVu Sans Condensed (Debian: fonts-dejavu-extra).

pip install fonttools
python tools/subset_fonts.py /usr/share/fonts/truetype/dejavu
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from minigrad.fonts import FACES, FOLDER


def main(folder: Path) -> None:
    for face, characters in FACES.items():
        source = folder / face.replace("Minigrad", "DejaVuSansCondensed").replace("-Regular", "")
        options = subset.Options(hinting=False, layout_features=[], notdef_outline=True)
        options.drop_tables += ["GPOS", "GSUB", "GDEF", "kern", "FFTM", "prep", "fpgm", "cvt "]
        options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
        font = TTFont(source, recalcTimestamp=False)
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=characters)
        subsetter.subset(font)
        font.save(FOLDER / face)
        print(face, (FOLDER / face).stat().st_size, "bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
