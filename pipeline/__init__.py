"""The pipeline: raw articles in, clean articles and summit reports out."""
