"""Datasets in the forms in which people have them, and how they are split."""

import gzip
import os
import pickle

import numpy as np
import pytest

from datasets import NAMES, csv, files, idx, images, labels, npz, parts, put
from mnist_loader import load_data, load_data_wrapper

PLAIN = [name.replace(".gz", "") for name in NAMES]
DOTTED = [name.replace("-idx", ".idx") for name in NAMES]
UNDERLINED = [name.replace("-ubyte", "_ubyte").replace("n-", "n_") for name in NAMES]
LETTERS = [f"letters-{part}-{kind}-ubyte.gz" for part in ("train", "test")
           for kind in ("images-idx3", "labels-idx1")]
FOUR = list(files().values())


def named(names, contents=FOUR):
    return dict(zip(names, contents))


def write(path, content):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)


def test_images(dataset):
    """The test images, which are in the files' order."""
    return load_data(dataset)[2][0]


test_images.__test__ = False


# ------------------------------------------------------------------ where the files are


@pytest.mark.parametrize("names", [NAMES, PLAIN, DOTTED, UNDERLINED, LETTERS],
                         ids=lambda names: names[0])
@pytest.mark.parametrize("inside", ["", "MNIST/raw", "gzip"])
def test_four_files_are_found_by_their_names_up_to_two_folders_further_down(names, inside):
    put(os.path.join("data", inside), named(names), zipped=names[0].endswith(".gz"))
    assert np.array_equal(test_images("data"), images(10, 2).reshape(10, 784))


def test_each_file_may_be_in_a_folder_of_its_own():
    for name, values in named(PLAIN).items():
        write(f"data/{name}/{name}", values)
    assert len(test_images("data")) == 10


def test_other_names_and_folders_of_that_name_are_passed_over():
    put("data", named(NAMES))
    os.mkdir("data/train-images.idx3-ubyte")
    for name in ("._train-images-idx3-ubyte.gz", "train-images-idx1-ubyte", "xtrain-images",
                 "train-images-idx3-ubyte.gz.part", "train-images-idx3-int"):
        write(f"data/{name}", b"broken")
    assert len(test_images("data")) == 10


@pytest.mark.parametrize("missing", NAMES)
def test_of_four_files_of_which_one_is_missing_three_are_found(missing):
    put("data", {name: values for name, values in files().items() if name != missing})
    with pytest.raises(FileNotFoundError, match="^data: .*four files.* found ") as raised:
        load_data("data")
    assert [name for name in NAMES if name not in str(raised.value)] == [missing]


def test_of_several_datasets_in_a_folder_one_is_chosen_by_the_beginning_of_its_names():
    for number, name in enumerate(["letters", "digits"]):
        put("data/gzip", named([f"{name}-{file}" for file in NAMES],
                               files(6, 2 + number).values()))
    for dataset in ("data/gzip", "data"):
        with pytest.raises(ValueError, match="several") as raised:
            load_data(dataset)
        for choice in ("digits", "letters"):
            assert f'"{os.path.join("data", "gzip", choice)}"' in str(raised.value)
    assert len(test_images("data/gzip/letters")) == len(test_images("data/let")) == 2
    assert len(test_images(os.path.abspath("data/gzip/digits"))) == 3
    assert load_data_wrapper("data/digits")[2].dataset == "data/digits"


@pytest.mark.parametrize("dataset, words", [
    ("nowhere", "nowhere: expected mnist, digits, or the path"), ("no/where/", "no such folder"),
    ("data", "found data.parquet, readme.txt"), ("empty", "found no files"),
    ("data/data.parquet", "found data.parquet"), ("data/readme", "found readme.txt"),
    ("a\x1b[2J\0b", r"a\x1b[2J\x00b")], ids=repr)
def test_what_is_there_instead_of_a_dataset_is_named(dataset, words):
    os.mkdir("empty")
    for name in ("data.parquet", "readme.txt"):
        write(f"data/{name}", b"")
    with pytest.raises(ValueError) as raised:
        load_data(dataset)
    assert words in str(raised.value) and str(raised.value).isprintable()
    assert isinstance(raised.value, FileNotFoundError)


@pytest.mark.parametrize("name, content", [
    ("mnist.pkl.gz", gzip.compress(pickle.dumps(parts(np.float32, 256, (60, 6, 10)), 2))),
    ("mnist.pkl", pickle.dumps(parts(np.float32, 256, (60, 6, 10)), 2)),
    ("mnist.npz", npz(x_train=images(60), y_train=labels(60), x_test=images(10, 10),
                      y_test=labels(10)))], ids=["gzipped pickle", "pickle", "npz"])
def test_a_file_is_loaded_by_its_own_path_and_from_its_folder(name, content, monkeypatch):
    write(f"home/datasets/{name}", content)
    monkeypatch.setenv("HOME", os.path.abspath("home"))
    monkeypatch.setenv("USERPROFILE", os.path.abspath("home"))
    for dataset in (f"home/datasets/{name}", "home/datasets", f"~/datasets/{name}", "~"):
        assert np.array_equal(test_images(dataset), images(10, 10).reshape(10, 784))
    os.rename(f"home/datasets/{name}", f"my_{name}")
    assert len(test_images(f"my_{name}")) == 10


def test_csv_files_are_found_in_pairs():
    write("data/fashion-mnist_train.csv", csv(images(6), labels(6)))
    with pytest.raises(FileNotFoundError, match="mnist_test.csv; found fashion-mnist_train.csv"):
        load_data("data")
    write("data/fashion-mnist_test.csv", csv(images(3), labels(3)))
    assert len(test_images("data")) == 3


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with a name")
def test_a_pipe_is_not_waited_for():
    os.mkfifo("mnist.npz")
    with pytest.raises(FileNotFoundError, match="found no files"):
        load_data("mnist.npz")


def test_a_folder_or_file_that_may_not_be_read_is_named_in_words(nobody):
    folder = put(os.path.join(nobody, "locked"), files())
    for path, mode in ((os.path.join(folder, NAMES[2]), 0), (folder, 0)):
        os.chmod(path, mode)
        with pytest.raises(PermissionError, match="Permission denied") as raised:
            load_data(folder)
        assert os.path.basename(path) in str(raised.value)
    os.chmod(folder, 0o700)


# ------------------------------------------------------------------ how they are split


def test_a_sorted_folder_is_shuffled_always_alike_before_its_last_sixth_becomes_validation():
    pixels, numbers = images(60), np.sort(labels(60))
    put("data", named(NAMES, (idx(pixels), idx(numbers), idx(pixels[:7]), idx(numbers[:7]))))
    training, validation, test = load_data("data")
    assert [len(part[1]) for part in (training, validation, test)] == [50, 10, 7]
    assert len(set(training[1].tolist())) == 10 and len(set(validation[1].tolist())) > 4
    both = {(label, image.tobytes()) for part in (training, validation)
            for image, label in zip(*part)}
    assert both == {(label, image.tobytes()) for image, label in zip(pixels, numbers)}
    assert np.array_equal(test[1], numbers[:7])
    assert all(array.dtype == np.uint8 and array.flags.writeable
               for part in (training, validation, test) for array in part)
    again = load_data("data")
    assert np.array_equal(training[0], again[0][0]) and np.array_equal(validation[1], again[1][1])


@pytest.mark.parametrize("count, sizes", [(1, (1, 0)), (5, (5, 0)), (12, (10, 2)), (17, (15, 2))])
def test_the_last_sixth_is_rounded_down(count, sizes):
    training, validation, _ = load_data(put("data", files(count)))
    assert (len(training[1]), len(validation[1])) == sizes


def test_mnists_own_images_are_split_as_ever_whatever_file_they_came_in(mnist):
    pixels = np.concatenate([part.images for part in mnist[:2]]).reshape(-1, 28, 28)
    numbers = np.concatenate([part.labels for part in mnist[:2]])
    np.savez("mnist.npz", x_train=pixels, y_train=numbers, x_test=pixels[:1], y_test=numbers[:1])
    for part, (pixels, numbers) in zip(mnist[:2], load_data("mnist.npz")):
        assert np.array_equal(part.images, pixels) and np.array_equal(part.labels, numbers)


@pytest.mark.parametrize("form", ["idx", "csv"])
@pytest.mark.parametrize("name, is_turned", [("emnist-digits", True), ("kmnist", False)])
def test_emnist_is_turned_upright_and_the_loader_says_so(form, name, is_turned, capsys):
    pixels = images(10, 2)
    if form == "idx":
        put("data", named([f"{name}-{file}" for file in NAMES]))
    else:
        write(f"data/{name}-train.csv", csv(images(3), labels(3)))
        write(f"data/{name}-test.csv", csv(pixels, labels(10)))
    upright = pixels.transpose(0, 2, 1) if is_turned else pixels
    assert np.array_equal(test_images("data"), upright.reshape(10, 784))
    assert ("upright" in capsys.readouterr().out) == is_turned
