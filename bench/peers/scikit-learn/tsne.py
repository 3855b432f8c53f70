"""scikit-learn's side of the t-SNE bench: lays one file of points out, driven by JSON lines.

usage: python tsne.py POINTS WIDTH PERPLEXITY ITERATIONS THREADS

POINTS is a file of float32 rows of WIDTH numbers. Requests on standard input, one answer line each on standard output:

    {"do": "layout", "path": PATH}  milliseconds of one layout and the iterations it took; writes it to PATH, float32 rows of 2 numbers
    {"do": "usage"}                 peak memory so far
"""

import json
import platform
import resource
import sys
import time

import numpy
import sklearn
from sklearn.manifold import TSNE


def main() -> None:
    path, width, perplexity, iterations, threads = sys.argv[1:]
    points = numpy.fromfile(path, dtype=numpy.float32).reshape(-1, int(width))
    answer = lambda value: print(json.dumps(value), flush=True)
    answer({
        "threads": int(threads),
        "versions": {
            "python": platform.python_version(),
            "scikit-learn": sklearn.__version__,
            "numpy": numpy.__version__,
        },
    })
    for line in sys.stdin:
        request = json.loads(line)
        match request.pop("do"):
            case "layout":
                model = TSNE(
                    init="pca",
                    learning_rate="auto",
                    method="barnes_hut",
                    angle=0.5,
                    perplexity=float(perplexity),
                    max_iter=int(iterations),
                    n_jobs=int(threads),
                    random_state=0,
                )
                start = time.perf_counter()
                layout = model.fit_transform(points)
                milliseconds = 1000 * (time.perf_counter() - start)
                layout.astype(numpy.float32).tofile(request["path"])
                answer({"milliseconds": milliseconds, "iterations": int(model.n_iter_) + 1})
            case "usage":
                kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "darwin" else 1)
                answer({"peakMemoryMiB": kib / 1024})
            case other:
                raise SystemExit(f"no request {other!r}")


if __name__ == "__main__":
    main()
