"""Class lists as people save them, read by nbgrader's own command."""

import pytest

from course_grading.gradebook import class_list

HEADING = "id,first_name,last_name,email,lms_user_id\n"
TEXT = f"{HEADING}xm1,Xaver,Müller,x@example.org,311\nbo,Bo,Berg,,\n"
READ = {
    "xm1": {
        "first_name": "Xaver",
        "last_name": "Müller",
        "email": "x@example.org",
        "lms_user_id": "311",
    },
    "bo": {"first_name": "Bo", "last_name": "Berg", "email": None, "lms_user_id": None},
}
EXCELS = TEXT.replace(",", ";").replace("\n", "\r\n")


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        EXCELS.encode("cp1252"),
        EXCELS.encode("utf-8-sig"),
        EXCELS.replace(";", "\t").encode("utf-16"),
        ("sep=;\r\n" + EXCELS + ";;;;\r\n").encode("cp1252"),
        TEXT.replace("id,first_name", " ID , First_Name").encode(),
    ],
    ids=["plain", "bom", "cp1252", "semicolons", "utf-16", "sep", "spelling"],
)
def test_a_class_list_is_read_as_it_was_saved(data):
    assert class_list.read(data) == READ


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "the column id"),
        (b"name,email\nada,a@example.org\n", "the column id"),
        (b"id,first_name\n,Ada\n", "line 2: expected an id"),
        (b"first_name,id\nAda\n", "line 2: expected an id"),
        (b'id,first_name\n"a\x1b[31mda",Ada\n', "line 2: expected an id"),
        (b"id,first_name\nada,Ada\nada,Bo\n", "line 3: the id 'ada' stands there twice"),
        (b"PK\x03\x04\x00\x00", "it is no text"),
        (b"id\n\x81\x8d", "it is no text"),
    ],
)
def test_what_is_no_class_list_is_refused_in_a_sentence(data, sentence):
    with pytest.raises(ValueError, match=sentence):
        class_list.read(data)


def test_nbgraders_command_reads_excels_list_or_enters_nobody(new_course, caplog):
    from nbgrader.apps.dbapp import DbStudentImportApp

    def run(data):
        (course.root / "students.csv").write_bytes(data)
        app = DbStudentImportApp()
        app.initialize(["students.csv"])
        app.log.addHandler(caplog.handler)
        try:
            app.start()
        finally:
            app.log.removeHandler(caplog.handler)

    course = new_course()
    with pytest.raises(SystemExit):
        run(b"id;first_name\r\neve;Eve\r\neve;Eve\r\n")
    assert "stands there twice. No student was entered." in caplog.text
    run(EXCELS.encode("cp1252"))
    with course.gradebook() as gradebook:
        found = {student.id: student.last_name for student in gradebook.students}
    assert found == {"xm1": "Müller", "bo": "Berg"}
