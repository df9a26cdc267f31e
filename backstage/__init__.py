"""The code behind neural_net.py, mnist_loader.py and test_net.py.

Those three can be understood without anything here. Imports go in one direction: from the three
to the packages, and from the packages to console and files. Packages do not import each other,
with three exceptions: page uses all of them, pictures uses network, and dataset uses handwriting.

    console.py          printing in any encoding, the progress line, how values are shown
    files.py            atomic writes
    network/            what Net's methods need
      checks.py           argument validation
      parameters.py       what weights and biases have to be, since they can be assigned
      labels.py           targets, classes, and when a prediction is right
      activations.py      activation functions other than the sigmoid, and costs
      progress.py         what train and test print, Ctrl-C, and calls of watch
      confusion.py        the confusion matrix
      divergence.py       when training has failed
      saving.py           a network in a file, and back
      explanation.py      one training step as lines with structured terms
      printed_step.py     what explain prints
      notation.py         how numbers, names, terms and predictions are written
    dataset/            what mnist_loader needs
      folders.py          which files a dataset consists of, and how it is split
      content.py          opening files within limits, and checking their arrays
      download.py         MNIST from its mirrors, checked by SHA-256
      idx.py              MNIST's own format
      tables.py           CSV and npz files
      pickled.py          mnist.pkl.gz, read without executing anything
    handwriting/        a picture of your own, brought into MNIST's 28x28 frame
      reading.py          from a file to 28x28 numbers for each digit
      clean_paper.py      digits in a drawing or scan, or cropped from one
      ink.py              digits in a photo
      ruled_lines.py      removing printed lines
      strokes.py          the exact strokes of a digit that was located
      grouping.py         strokes of one digit, and digits side by side
      masks.py            operations on masks of pixels
    pictures/           pictures of a network
      gallery.py          imagine, looks_for, show and Film
      drawing.py          heat maps, sheets and animations
    page/               the page in the browser
      server.py           serves the page to its own user
      routes.py           what the page can ask for, as plain functions
      in_browser.py       the same where Python runs in the browser
      kept.py             the state of each open page
      step_view.py        one training step
      digit_view.py       a digit drawn by hand
      training_view.py    watching a network train
      source.py           the code beside the equations
      static/             HTML, CSS and JavaScript
    tools/              run by hand, for example: python -m backstage.tools.benchmark
      benchmark.py        how fast the loops are
      vectorized.py       what the benchmark compares with, in NumPy
      accuracy.py         how accurate common networks are
      learning_curve.py   accuracy against images seen, as a picture
      drawings.py         the README's diagrams
      screenshots.py      the README's screenshots
      page_latency.py     how fast the page answers
      reading_rates.py    how many pictures of digits are read
      pages.py            generated pictures of handwriting
      papers.py           what the generated digits are written on
      written_digits.py   the strokes of generated digits
      site.py             the page as a folder for any static host
    images/             every picture that a README shows
    exercises.md        answers to the README's exercises
"""
