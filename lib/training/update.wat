;; The optimiser's loops over pieces of flat vectors, two numbers at a time: kept in float32, computed in float64, in the order of
;; adamw.ts's formulas.
;;
;; Pieces lie at 0 one after the other, `run` bytes each. `bytes` of each are used: above 0, divisible by 8.
;; update_kernel.ts holds what this assembles to.
(module
  (memory (export "memory") 1)

  ;; piece 0 ← piece 0 + piece 1
  (func (export "add") (param $bytes i32) (param $run i32)
    (local $at i32)
    (loop $next
      (v128.store64_lane 0
        (local.get $at)
        (f32x4.add
          (v128.load64_zero (local.get $at))
          (v128.load64_zero (i32.add (local.get $at) (local.get $run)))))
      (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (local.get $bytes)))))

  ;; piece 0 ← piece 0 · share; returns the sum of squares, added up one by one
  (func (export "scale") (param $bytes i32) (param $share f64) (result f64)
    (local $at i32) (local $x v128) (local $sum f64)
    (loop $next
      (local.set $x
        (f32x4.demote_f64x2_zero
          (f64x2.mul
            (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $at)))
            (f64x2.splat (local.get $share)))))
      (v128.store64_lane 0 (local.get $at) (local.get $x))
      (local.set $x (f64x2.promote_low_f32x4 (local.get $x)))
      (local.set $x (f64x2.mul (local.get $x) (local.get $x)))
      (local.set $sum (f64.add (local.get $sum) (f64x2.extract_lane 0 (local.get $x))))
      (local.set $sum (f64.add (local.get $sum) (f64x2.extract_lane 1 (local.get $x))))
      (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (local.get $bytes))))
    (local.get $sum))

  ;; pieces 0, 1, 2: θ, m, v; piece 3: the gradient
  (func (export "adamw")
    (param $bytes i32) (param $run i32)
    (param $factor f64)                      ;; of the gradient
    (param $beta1 f64) (param $share1 f64)   ;; β₁, 1 − β₁
    (param $beta2 f64) (param $share2 f64)   ;; β₂, 1 − β₂
    (param $kept f64)                        ;; 1 − η λ
    (param $size f64)                        ;; η / (1 − β₁ᵗ)
    (param $scale f64)                       ;; 1 / √(1 − β₂ᵗ)
    (param $eps f64)                         ;; ε
    (local $at i32) (local $to_v i32) (local $to_gradient i32)
    (local $g v128) (local $m v128) (local $v v128)
    (local.set $to_v (i32.mul (local.get $run) (i32.const 2)))
    (local.set $to_gradient (i32.mul (local.get $run) (i32.const 3)))
    (loop $next
      (local.set $g
        (f64x2.mul
          (f64x2.promote_low_f32x4 (v128.load64_zero (i32.add (local.get $at) (local.get $to_gradient))))
          (f64x2.splat (local.get $factor))))
      (local.set $m
        (f64x2.add
          (f64x2.mul
            (f64x2.promote_low_f32x4 (v128.load64_zero (i32.add (local.get $at) (local.get $run))))
            (f64x2.splat (local.get $beta1)))
          (f64x2.mul (local.get $g) (f64x2.splat (local.get $share1)))))
      (local.set $v
        (f64x2.add
          (f64x2.mul
            (f64x2.promote_low_f32x4 (v128.load64_zero (i32.add (local.get $at) (local.get $to_v))))
            (f64x2.splat (local.get $beta2)))
          (f64x2.mul (f64x2.mul (local.get $g) (local.get $g)) (f64x2.splat (local.get $share2)))))
      (v128.store64_lane 0
        (i32.add (local.get $at) (local.get $run))
        (f32x4.demote_f64x2_zero (local.get $m)))
      (v128.store64_lane 0
        (i32.add (local.get $at) (local.get $to_v))
        (f32x4.demote_f64x2_zero (local.get $v)))
      (v128.store64_lane 0
        (local.get $at)
        (f32x4.demote_f64x2_zero
          (f64x2.sub
            (f64x2.mul
              (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $at)))
              (f64x2.splat (local.get $kept)))
            (f64x2.div
              (f64x2.mul (local.get $m) (f64x2.splat (local.get $size)))
              (f64x2.add
                (f64x2.mul (f64x2.sqrt (local.get $v)) (f64x2.splat (local.get $scale)))
                (f64x2.splat (local.get $eps)))))))
      (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (local.get $bytes)))))

  ;; piece 0 ← piece 0 · keep + piece 1 · share
  (func (export "follow") (param $bytes i32) (param $run i32) (param $keep f64) (param $share f64)
    (local $at i32)
    (loop $next
      (v128.store64_lane 0
        (local.get $at)
        (f32x4.demote_f64x2_zero
          (f64x2.add
            (f64x2.mul
              (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $at)))
              (f64x2.splat (local.get $keep)))
            (f64x2.mul
              (f64x2.promote_low_f32x4 (v128.load64_zero (i32.add (local.get $at) (local.get $run))))
              (f64x2.splat (local.get $share))))))
      (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (local.get $bytes))))))
