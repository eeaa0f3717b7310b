"""Files with personal identity codes in every place, and files of surveys without any."""
