;; Repulsion of one point by a list of actors, four at a time:
;;
;;     k = 1 / (1 + |y − a|²);   sums of  mass k² (y − a)  by axis, and of  mass k
;;
;; The list lies at 0 as four runs of float32, `run` bytes each: x, y, z, mass; its end is filled up to four with mass 0.
;; repulsion_kernel.ts holds what this assembles to.
(module
  (memory (export "memory") 1)
  (func (export "repel")
    (param $x f32) (param $y f32) (param $z f32)
    (param $bytes i32) ;; of a run that are used, above 0, divisible by 16
    (param $run i32)
    (param $sums i32)  ;; where four float64 go: x, y, z, kernel
    (local $at i32) (local $to_y i32) (local $to_z i32) (local $to_mass i32)
    (local $px v128) (local $py v128) (local $pz v128) (local $one v128)
    (local $dx v128) (local $dy v128) (local $dz v128) (local $k v128) (local $weight v128)
    (local $fx v128) (local $fy v128) (local $fz v128) (local $sum v128)
    (local.set $px (f32x4.splat (local.get $x)))
    (local.set $py (f32x4.splat (local.get $y)))
    (local.set $pz (f32x4.splat (local.get $z)))
    (local.set $one (f32x4.splat (f32.const 1)))
    (local.set $to_y (local.get $run))
    (local.set $to_z (i32.add (local.get $to_y) (local.get $run)))
    (local.set $to_mass (i32.add (local.get $to_z) (local.get $run)))
    (loop $next
      (local.set $dx (f32x4.sub (local.get $px) (v128.load (local.get $at))))
      (local.set $dy (f32x4.sub (local.get $py) (v128.load (i32.add (local.get $at) (local.get $to_y)))))
      (local.set $dz (f32x4.sub (local.get $pz) (v128.load (i32.add (local.get $at) (local.get $to_z)))))
      (local.set $k
        (f32x4.div
          (local.get $one)
          (f32x4.add
            (f32x4.add (local.get $one) (f32x4.mul (local.get $dx) (local.get $dx)))
            (f32x4.add (f32x4.mul (local.get $dy) (local.get $dy)) (f32x4.mul (local.get $dz) (local.get $dz))))))
      (local.set $weight
        (f32x4.mul (v128.load (i32.add (local.get $at) (local.get $to_mass))) (local.get $k)))
      (local.set $sum (f32x4.add (local.get $sum) (local.get $weight)))
      (local.set $k (f32x4.mul (local.get $weight) (local.get $k)))
      (local.set $fx (f32x4.add (local.get $fx) (f32x4.mul (local.get $k) (local.get $dx))))
      (local.set $fy (f32x4.add (local.get $fy) (f32x4.mul (local.get $k) (local.get $dy))))
      (local.set $fz (f32x4.add (local.get $fz) (f32x4.mul (local.get $k) (local.get $dz))))
      (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 16))) (local.get $bytes))))
    (f64.store (local.get $sums) (call $total (local.get $fx)))
    (f64.store offset=8 (local.get $sums) (call $total (local.get $fy)))
    (f64.store offset=16 (local.get $sums) (call $total (local.get $fz)))
    (f64.store offset=24 (local.get $sums) (call $total (local.get $sum))))
  (func $total (param $v v128) (result f64)
    (f64.add
      (f64.add
        (f64.promote_f32 (f32x4.extract_lane 0 (local.get $v)))
        (f64.promote_f32 (f32x4.extract_lane 1 (local.get $v))))
      (f64.add
        (f64.promote_f32 (f32x4.extract_lane 2 (local.get $v)))
        (f64.promote_f32 (f32x4.extract_lane 3 (local.get $v)))))))
