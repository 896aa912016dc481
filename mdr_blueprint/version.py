"""The version of this program, printed in every output."""

VERSION = "0.1.0"
