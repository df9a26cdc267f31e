"""What mnist_loader needs: finding, downloading and reading images with their labels."""
