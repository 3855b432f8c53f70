"""Writes source.png and, by OpenCV 5.0.0, edges.png: python make.py"""

import os

import cv2
import numpy as np

folder = os.path.dirname(os.path.abspath(__file__))
draw = np.random.default_rng(7)
height, width = 75, 98
picture = np.full((height, width, 3), (90, 120, 60), np.uint8)
for _ in range(14):
    centre = (int(draw.integers(width)), int(draw.integers(height)))
    colour = tuple(int(value) for value in draw.integers(0, 256, 3))
    cv2.circle(picture, centre, int(draw.integers(4, 20)), colour, int(draw.choice([-1, 2])))
    cv2.line(picture, centre, (int(draw.integers(width)), int(draw.integers(height))), colour, 2, cv2.LINE_AA)
picture = cv2.GaussianBlur(picture, (3, 3), 0.8)
picture = np.clip(picture + draw.normal(0, 6, picture.shape), 0, 255).astype(np.uint8)
cv2.imwrite(f"{folder}/source.png", picture[:, :, ::-1])
cv2.imwrite(f"{folder}/edges.png", np.repeat(cv2.Canny(picture, 100, 200)[:, :, None], 3, 2))
