"""scikit-learn and XGBoost behind one line of JSON per command. See ../tabular.ts.

Reads commands from standard input and answers each on standard output:

  {"op": "export", "name": ..., "folder": ...}   writes a data set of scikit-learn's own
  {"op": "fit", "library": ..., "folder": ..., "train": ..., "test": ..., "out": ..., "settings": {...}}

A data set is a folder: meta.json, values.f64 (column-major; categories as codes, NaN missing) and target.f64.
Rows are files of little-endian i32, predictions one of f64. Seconds are of the fit, and of the prediction of all test
rows, alone: the binning, not the conversion of the table into the layout the library likes best.
"""

import json
import os
import sys
import time

import numpy as np


def export(name, folder):
    from sklearn import datasets

    loaders = {
        "breast cancer": datasets.load_breast_cancer,
        "wine": datasets.load_wine,
        "diabetes": datasets.load_diabetes,
        "digits": datasets.load_digits,
    }
    table = loaders[name]()
    values = np.asarray(table.data, dtype=np.float64)
    target = np.asarray(table.target, dtype=np.float64)
    classes = 0 if name == "diabetes" else int(target.max()) + 1
    os.makedirs(folder, exist_ok=True)
    np.asfortranarray(values).T.tofile(os.path.join(folder, "values.f64"))
    target.tofile(os.path.join(folder, "target.f64"))
    rows, columns = values.shape
    meta = {"name": name, "rows": rows, "classes": classes, "categories": [0] * columns}
    with open(os.path.join(folder, "meta.json"), "w") as file:
        json.dump(meta, file)
    return {}


loaded = {}


def load(folder):
    if folder not in loaded:
        loaded.clear()
        with open(os.path.join(folder, "meta.json")) as file:
            meta = json.load(file)
        columns = len(meta["categories"])
        values = np.fromfile(os.path.join(folder, "values.f64")).reshape(columns, meta["rows"]).T
        loaded[folder] = meta, values, np.fromfile(os.path.join(folder, "target.f64"))
    return loaded[folder]


def timed(work):
    cpu, wall = time.process_time(), time.perf_counter()
    result = work()
    return result, time.process_time() - cpu, time.perf_counter() - wall


def judged(fit, predict):
    model, cpu, wall = timed(fit)
    predicted, predict_cpu, _ = timed(lambda: predict(model))
    return predicted, {"cpu": cpu, "wall": wall, "predictCpu": predict_cpu}


def by_kind(meta, test):
    return lambda model: model.predict_proba(test) if meta["classes"] else model.predict(test)


def histogram_boosting(meta, x, y, test, settings):
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingClassifier if meta["classes"] else HistGradientBoostingRegressor
    model = kind(
        max_iter=settings["rounds"],
        learning_rate=settings["learningRate"],
        max_leaf_nodes=settings["leaves"],
        min_samples_leaf=settings["minLeafRows"],
        l2_regularization=settings["l2"],
        max_bins=settings["bins"],
        categorical_features=[count > 0 for count in meta["categories"]],
        early_stopping=False,
        random_state=0,
    )
    x = np.asfortranarray(x)
    return judged(lambda: model.fit(x, y), by_kind(meta, test))


def xgboost_hist(meta, x, y, test, settings):
    import xgboost

    classes = meta["classes"]
    hessian = 1.0
    if classes == 2:
        hessian = float(y.mean() * (1 - y.mean()))
    elif classes > 2:
        hessian = (1 / classes) * (1 - 1 / classes)
    parameters = {
        "tree_method": "hist",
        "grow_policy": "lossguide",
        "max_leaves": settings["leaves"],
        "max_depth": 0,
        "max_bin": settings["bins"],
        "eta": settings["learningRate"],
        "lambda": settings["l2"],
        # It counts hessians where the others count rows.
        "min_child_weight": settings["minLeafRows"] * hessian,
        "nthread": settings["threads"],
        "base_score": float(y.mean()) if classes in (0, 2) else 0.5,
        "objective": "reg:squarederror" if classes == 0 else "binary:logistic" if classes == 2 else "multi:softprob",
    }
    if classes > 2:
        parameters["num_class"] = classes
    types = ["c" if count > 0 else "q" for count in meta["categories"]]
    options = {"feature_types": types, "enable_categorical": any(kind == "c" for kind in types)}
    options["nthread"] = settings["threads"]
    x = np.ascontiguousarray(x, dtype=np.float32)
    y = np.ascontiguousarray(y, dtype=np.float32)

    def fit():
        data = xgboost.QuantileDMatrix(x, y, max_bin=settings["bins"], **options)
        return xgboost.train(parameters, data, settings["rounds"])

    asked = xgboost.DMatrix(np.ascontiguousarray(test, dtype=np.float32), **options)
    predicted, seconds = judged(fit, lambda booster: booster.predict(asked))
    if classes == 2:
        predicted = np.column_stack([1 - predicted, predicted])
    return predicted, seconds


def linear_model(meta, x, y, test, settings):
    from sklearn.linear_model import LogisticRegressionCV, RidgeCV
    from sklearn.pipeline import make_pipeline

    model = LogisticRegressionCV(Cs=10, cv=5, max_iter=2000, scoring="neg_log_loss") if meta["classes"] else RidgeCV(np.logspace(-3, 4, 15))
    model = make_pipeline(prepared(meta), model)
    return judged(lambda: model.fit(x, y), by_kind(meta, test))


def random_forest(meta, x, y, test, settings):
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline

    kind = RandomForestClassifier if meta["classes"] else RandomForestRegressor
    model = make_pipeline(SimpleImputer(), kind(300, random_state=0))
    return judged(lambda: model.fit(x, y), by_kind(meta, test))


def prepared(meta):
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = [i for i, count in enumerate(meta["categories"]) if count == 0]
    categories = [i for i, count in enumerate(meta["categories"]) if count > 0]
    return make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), numbers),
        (OneHotEncoder(handle_unknown="ignore"), categories),
    )


libraries = {
    "sklearn": histogram_boosting,
    "xgboost": xgboost_hist,
    "linear": linear_model,
    "forest": random_forest,
}


def fit(command):
    meta, values, target = load(command["folder"])
    train = np.fromfile(command["train"], dtype=np.int32)
    test = np.fromfile(command["test"], dtype=np.int32)
    learn = libraries[command["library"]]
    predicted, seconds = learn(meta, values[train], target[train], values[test], command["settings"])
    np.ascontiguousarray(predicted, dtype=np.float64).tofile(command["out"])
    return seconds


for line in sys.stdin:
    command = json.loads(line)
    answer = export(command["name"], command["folder"]) if command["op"] == "export" else fit(command)
    print(json.dumps(answer), flush=True)
