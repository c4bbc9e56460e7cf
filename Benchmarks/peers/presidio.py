"""Presidio's analyzer (PyPI: presidio-analyzer) over the cells of MaskBench: pattern recognizers only, no language model.

    MaskBench --cells | python presidio.py [--cells N]

Prints throughput of one core, and in how many cells anything was found. Without context words scores are lower; any score counts.
"""
import sys
import time

import tldextract
from presidio_analyzer import PatternRecognizer, RecognizerRegistry


# Its e-mail recognizer looks domains up in a list that it would fetch: the one in the package does.
tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())


def main():
    limit = int(sys.argv[sys.argv.index("--cells") + 1]) if "--cells" in sys.argv else 2000
    cells = [line.rstrip("\n") for line in sys.stdin][:limit]
    registry = RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"])
    recognizers = [one for one in registry.recognizers if isinstance(one, PatternRecognizer)]

    def round_over():
        hit = 0
        for cell in cells:
            found = False
            for recognizer in recognizers:
                if recognizer.analyze(cell, recognizer.supported_entities, None):
                    found = True
            hit += found
        return hit

    round_over()
    start = time.process_time()
    hit = round_over()
    seconds = time.process_time() - start
    size = sum(len(cell.encode()) for cell in cells)
    print(f"presidio, {len(recognizers)} pattern recognizers: {size / seconds / 1e6:.3f} MB/s, "
          f"{seconds / len(cells) * 1e9:.0f} ns a cell, {hit} of {len(cells)} cells hit")


if __name__ == "__main__":
    main()
