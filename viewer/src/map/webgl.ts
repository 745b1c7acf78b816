/**
 * Points by WebGL2, with three.js.
 *
 * Why not regl-scatterplot, which the plan named: it takes one small array a point and rebuilds a search index
 * whenever colors change. Measured beside each other on a software renderer, frames took as long; a million points
 * held 231 MB of the page's memory there and 39 MB here, and here the index buffer is the draw order. It costs
 * 57 kB more (129 kB compressed). No shader is our own: three's own points with a round alpha map.
 *
 * Precision: positions are doubles brought to -1..1 of the drawing's longer side before they become 32-bit
 * floats, so that at the largest zoom (200) a point is within 0.02 pixels of its position, whatever the offset of the
 * data. (16 bits would be off by up to 2 pixels there.)
 * Memory: 16 bytes a point on each side: position, color, draw order.
 */
import {
  BufferAttribute,
  BufferGeometry,
  ColorManagement,
  DataTexture,
  LinearFilter,
  LinearMipmapLinearFilter,
  LinearSRGBColorSpace,
  OrthographicCamera,
  Points,
  PointsMaterial,
  RGBAFormat,
  Scene as Stage,
  WebGLRenderer,
} from 'three';
import { boundsOf } from '../derive/grid.js';
import type { Drawing } from '../derive/project.js';
import type { Camera, Size } from './camera.js';
import { drawOrder, FADED, OPACITY, type PointRenderer, type Scene } from './renderer.js';

/** Null where the browser gives no WebGL2. `onLost` is called when the driver takes it away later. */
export function createWebglRenderer(canvas: HTMLCanvasElement, onLost: () => void): PointRenderer | null {
  const context = canvas.getContext('webgl2', {
    antialias: false,
    alpha: true,
    depth: false,
    stencil: false,
  });
  if (!context) return null;
  // Colors are given as the screen shows them; the canvas fallback has the same ones.
  ColorManagement.enabled = false;
  const renderer = new WebGLRenderer({ canvas, context, alpha: true, antialias: false });
  renderer.outputColorSpace = LinearSRGBColorSpace;
  // One object: nothing to sort, and no bounding sphere to find over a million points.
  renderer.sortObjects = false;
  canvas.addEventListener('webglcontextlost', onLost);
  const material = pointMaterial();
  const points = new Points(new BufferGeometry(), material);
  points.frustumCulled = false;
  const stage = new Stage();
  stage.add(points);
  const eye = new OrthographicCamera(-1, 1, 1, -1, -1, 1);
  let size: Size = { width: 1, height: 1 };
  let drawn: Drawing | null = null;
  let unit: Unit = { x: 0, y: 0, span: 1 };
  return {
    kind: 'webgl',
    resize(next, pixelRatio) {
      size = next;
      renderer.setPixelRatio(pixelRatio);
      renderer.setSize(next.width, next.height, false);
    },
    setScene(scene) {
      if (scene.drawing !== drawn) {
        drawn = scene.drawing;
        unit = unitOf(drawn);
        points.geometry.dispose();
        points.geometry = geometryOf(drawn, unit);
      }
      paint(points.geometry, scene);
    },
    draw(camera, radius) {
      aim(eye, camera, size, unit);
      material.size = 2 * radius;
      renderer.render(stage, eye);
    },
    destroy() {
      canvas.removeEventListener('webglcontextlost', onLost);
      points.geometry.dispose();
      material.dispose();
      renderer.dispose();
    },
  };
}

/** Middle and half the longer side of a drawing. */
interface Unit {
  readonly x: number;
  readonly y: number;
  readonly span: number;
}

function unitOf(drawing: Drawing): Unit {
  const { minX, minY, maxX, maxY } = boundsOf(drawing);
  return { x: (minX + maxX) / 2, y: (minY + maxY) / 2, span: Math.max(maxX - minX, maxY - minY) / 2 || 1 };
}

function geometryOf({ x, y }: Drawing, unit: Unit): BufferGeometry {
  const positions = new Float32Array(2 * x.length);
  for (let row = 0; row < x.length; row++) {
    positions[2 * row] = (x[row] - unit.x) / unit.span;
    positions[2 * row + 1] = (y[row] - unit.y) / unit.span;
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(positions, 2));
  geometry.setAttribute('color', new BufferAttribute(new Uint8Array(4 * x.length), 4, true));
  geometry.setIndex(new BufferAttribute(new Uint32Array(x.length), 1));
  return geometry;
}

function paint(geometry: BufferGeometry, scene: Scene): void {
  const { coloring, emphasis } = scene;
  const color = geometry.getAttribute('color');
  const index = geometry.getIndex();
  if (!index) return;
  const rgb = coloring.colors.map((hex) => Number.parseInt(hex.slice(1), 16));
  const { array } = color;
  for (let row = 0; row < coloring.codes.length; row++) {
    const value = rgb[coloring.codes[row]];
    array[4 * row] = value >> 16;
    array[4 * row + 1] = (value >> 8) & 255;
    array[4 * row + 2] = value & 255;
    array[4 * row + 3] = 255 * (emphasis && !emphasis[row] ? FADED : OPACITY);
  }
  index.array.set(drawOrder(scene));
  color.needsUpdate = true;
  index.needsUpdate = true;
}

/** The part of the plane that the screen shows under `camera`. */
function aim(eye: OrthographicCamera, camera: Camera, size: Size, unit: Unit): void {
  const left = (-camera.left / camera.scale - unit.x) / unit.span;
  const top = (camera.top / camera.scale - unit.y) / unit.span;
  eye.left = left;
  eye.right = left + size.width / camera.scale / unit.span;
  eye.top = top;
  eye.bottom = top - size.height / camera.scale / unit.span;
  eye.updateProjectionMatrix();
}

const DISC = 64;

function pointMaterial(): PointsMaterial {
  const alphaMap = new DataTexture(disc(), DISC, DISC, RGBAFormat);
  alphaMap.magFilter = LinearFilter;
  alphaMap.minFilter = LinearMipmapLinearFilter;
  alphaMap.generateMipmaps = true;
  alphaMap.needsUpdate = true;
  return new PointsMaterial({
    alphaMap,
    sizeAttenuation: false,
    vertexColors: true,
    transparent: true,
    depthTest: false,
    depthWrite: false,
  });
}

/** A white disc with a soft edge; three reads opacity from the green channel. */
function disc(): Uint8Array<ArrayBuffer> {
  const pixels = new Uint8Array(4 * DISC * DISC).fill(255);
  const middle = (DISC - 1) / 2;
  for (let at = 0; at < DISC * DISC; at++) {
    const distance = Math.hypot((at % DISC) - middle, Math.floor(at / DISC) - middle);
    pixels[4 * at + 1] = 255 * Math.max(0, Math.min(1, DISC / 2 - distance));
  }
  return pixels;
}
