/*
 * status_table.h - every status code with its sentence: STATUS(code, sentence).
 *
 * The name is the code itself, spelled out. Defined by the including file, undefined here; no include guard.
 * Same order as <automl/status.h>, append-only like it.
 */
STATUS(AUTOML_OK, "Success.")
STATUS(AUTOML_STOPPED, "The work was stopped on request; the best result so far is kept.")
STATUS(AUTOML_E_MEMORY, "There is not enough memory, or the memory budget is used up.")
STATUS(AUTOML_E_ARGUMENT, "An argument is NULL, out of range or inconsistent with another.")
STATUS(AUTOML_E_UNKNOWN_KEY, "There is no parameter, metric, operator or method of this name.")
STATUS(AUTOML_E_TYPE, "A parameter was given a value of the wrong type.")
STATUS(AUTOML_E_RANGE, "A parameter value lies outside its range.")
STATUS(AUTOML_E_CONFLICT, "Parameters contradict one another or the data.")
STATUS(AUTOML_E_NOT_FOUND, "A file, table, column or job does not exist.")
STATUS(AUTOML_E_READ, "The operating system could not read a file.")
STATUS(AUTOML_E_WRITE,
    "The operating system could not write a file: the disk is full or read-only, or permission is missing.")
STATUS(AUTOML_E_FORMAT, "The content of a file is malformed or damaged.")
STATUS(AUTOML_E_VERSION, "A file was written by a newer, incompatible release.")
STATUS(AUTOML_E_DATA, "The data cannot be used for this task.")
STATUS(AUTOML_E_SCHEMA, "The data lack columns that the model needs, or have them with other types.")
STATUS(AUTOML_E_UNSUPPORTED, "This is not supported by this build or this version.")
STATUS(AUTOML_E_CANCELLED, "The work was abandoned on request; there is no result.")
STATUS(AUTOML_E_CALLBACK, "A function of the host program reported a failure.")
STATUS(AUTOML_E_NUMERIC, "A computation did not give finite numbers.")
STATUS(AUTOML_E_BUDGET, "The time or memory budget does not allow this step.")
STATUS(AUTOML_E_STATE, "The object is not in a state that allows this call.")
STATUS(AUTOML_E_STORE, "The database of the store reported a failure.")
STATUS(AUTOML_E_INTERNAL, "An inner check failed; this is a defect, please report it.")
#undef STATUS
