"""A list of tasks whose objects save themselves."""

from pytuck import (
    Column,
    CRUDBaseModel,
    DuplicateKeyError,
    Relationship,
    Storage,
    ValidationError,
    declarative_base,
    event,
)

db = Storage(in_memory=True)
Base: type[CRUDBaseModel] = declarative_base(db, crud=True)


class Project(Base):
    __tablename__ = "projects"
    code = Column(str, primary_key=True)
    title = Column(str)
    tasks = Relationship("tasks", foreign_key="project")


class Task(Base):
    __tablename__ = "tasks"
    id = Column(int, primary_key=True)
    text = Column(str, nullable=False)
    done = Column(bool, default=False)
    project = Column(str, foreign_key=("projects", "code"))
    owner = Relationship(Project, foreign_key="project")


heard = []


@event.listens_for(Task, "before_insert")
def before(task):
    heard.append(("before", task.text))


event.listen(Task, "after_update", lambda task: heard.append(("after", task.done)))

Project.create(code="home", title="At home")
wash = Task.create(text="wash", project="home")
cook = Task(text="cook", project="home")
cook.save()
print(wash.id, cook.id, Task.get(2).text, Task.get(77))
wash.done = True
wash.save()
print(sorted(task.text for task in Task.filter(Task.done == False).all()))  # noqa: E712
print(Task.filter_by(done=True).first().text, Task.filter_by(done=True).count())
print([task.id for task in Task.filter().order_by("id", desc=True).limit(1).all()])
print(len(Task.all()), wash.owner.title)
print(sorted(task.text for task in Project.get("home").tasks))
copy = Task.get(1)
copy.text = "wash up"
copy.save()
wash.refresh()
print(wash.text)
Task.create(text="iron")
cook.delete()
print(Task.get(2))
try:
    Project.create(code="home")
except DuplicateKeyError as error:
    print(type(error).__name__, error.table_name)
try:
    Task(done=True)
except ValidationError as error:
    print(type(error).__name__)
keys = Task.bulk_insert([Task(text=f"t{number}") for number in range(3)])
print(keys)
many = [Task.get(key) for key in keys]
for task in many:
    task.done = True
print(Task.bulk_update(many), Task.filter_by(done=True).count())
print(heard)
event.remove(Task, "before_insert", before)
event.clear(Task)
Task.create(text="unheard")
print(len(heard))
