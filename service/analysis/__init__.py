"""Workers claim, analyse and write pending feedback; texts can also be analysed on demand."""
