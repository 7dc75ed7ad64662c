"""An application with what FastAPI has; clients.py tells what it must answer."""
from typing import List, Optional

from fastapi import BackgroundTasks, Depends, FastAPI, Header, HTTPException, WebSocket, WebSocketDisconnect
from pydantic import BaseModel

app = FastAPI(title="Records")
notes = []


class Record(BaseModel):
    title: str
    price: float
    tags: List[str] = []


async def session():
    notes.append("opened")
    yield "session"
    notes.append("closed")


@app.get("/records/{number}")
async def record(number: int, q: Optional[str] = None, x_shop: str = Header("none")):
    if number > 100:
        raise HTTPException(404, "no such record")
    return {"number": number, "q": q, "shop": x_shop}


@app.post("/records", status_code=201, response_model=Record)
def create(record: Record, session=Depends(session)):
    return record


@app.get("/depends")
async def depends(session=Depends(session)):
    return session


@app.get("/notes")
async def told():
    return notes


@app.post("/background", status_code=202)
async def background(tasks: BackgroundTasks):
    tasks.add_task(notes.append, "background")
    return {}


@app.websocket("/ws/{room}")
async def ws(websocket: WebSocket, room: str, token: str = ""):
    if token != "right":
        return await websocket.close(1008)
    await websocket.accept()
    try:
        while True:
            await websocket.send_json({"room": room, "got": await websocket.receive_json()})
    except WebSocketDisconnect as gone:
        notes.append("left %d" % gone.code)
