"""The peers of serve.ts: a model of as many trees behind FastAPI and uvicorn, as their own documents show it.

argv: xgboost | sklearn, the CSV file, trees, leaves. Prints the port once it listens.
"""

import csv
import socket
import sys

import numpy
import uvicorn
from fastapi import FastAPI
from pydantic import create_model

kind, path, trees, leaves = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
with open(path, newline="") as file:
    rows = list(csv.reader(file))
names = rows[0][:-1]
x = numpy.array([row[:-1] for row in rows[1:]], dtype=float)
y = numpy.array([row[-1] == "yes" for row in rows[1:]], dtype=int)
if kind == "xgboost":
    from xgboost import XGBClassifier

    model = XGBClassifier(
        n_estimators=trees, grow_policy="lossguide", max_leaves=leaves, max_depth=0, tree_method="hist", n_jobs=1
    )
else:
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(max_iter=trees, max_leaf_nodes=leaves, early_stopping=False)
model.fit(x, y)

Row = create_model("Row", **{name: (float, ...) for name in names})
app = FastAPI()


@app.post("/predict")
def predict(row: Row):
    values = numpy.array([[getattr(row, name) for name in names]])
    no, yes = model.predict_proba(values)[0].tolist()
    return {"label": "yes" if yes > no else "no", "probabilities": {"no": no, "yes": yes}}


# The protocol by its name, and the socket itself and not the number of its file: else asyncio does not know it for one of
# TCP and leaves TCP_NODELAY out, and every reply waits 40 ms for an acknowledgement.
listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
listening.bind(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False)).run(sockets=[listening])
